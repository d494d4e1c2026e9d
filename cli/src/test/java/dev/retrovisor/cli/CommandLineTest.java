package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    private Path folder;

    private Shell.Ended run(String... arguments) {
        return new Shell(folder).run(arguments);
    }

    private List<CommandLine> allCommands() {
        var all = new ArrayList<CommandLine>();
        collect(new CommandTree(new Shell(folder).context(System.out, System.err)).commandLine(), all);
        return all;
    }

    private static void collect(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(sub -> collect(sub, into));
    }

    @Test
    void everyCommandsHelpNamesAllItsOptions() {
        for (CommandLine command : allCommands()) {
            String help = command.getUsageMessage();
            for (var option : command.getCommandSpec().options()) {
                assertThat(help)
                        .as("help of %s", command.getCommandSpec().qualifiedName())
                        .contains(option.names());
                assertThat(option.description())
                        .as("%s of %s", option.longestName(), command.getCommandName())
                        .isNotEmpty();
            }
        }
    }

    @Test
    void everyCommandsHelpHasExamples() {
        for (CommandLine command : allCommands()) {
            assertThat(String.join("\n", command.getCommandSpec().usageMessage().footer()))
                    .as("footer of %s", command.getCommandSpec().qualifiedName())
                    .contains("retrovisor ");
        }
    }

    @Test
    void everyCommandsFirstLineIsASentenceOfItsOwn() {
        for (CommandLine command : allCommands()) {
            assertThat(command.getCommandSpec().usageMessage().description()[0])
                    .as(
                            "what the list of commands says of %s",
                            command.getCommandSpec().qualifiedName())
                    .endsWith(".");
        }
    }

    @Test
    void helpGoesToStandardOutputAndIsGood() {
        Shell.Ended help = run("guest", "pull", "--help");

        assertEquals(ExitCode.GOOD, help.exitCode());
        assertThat(help.out()).contains("--mirror", "Examples");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void noCommandIsAMistakeThatShowsTheHelp() {
        Shell.Ended ended = run();

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.err()).contains("Commands:");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void anUnknownCommandGetsASuggestion() {
        Shell.Ended ended = run("tracinfo");

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.error()).startsWith("retrovisor: unknown command 'tracinfo': did you mean traceinfo?");
    }

    @Test
    void anUnknownOptionGetsASuggestion() {
        assertThat(run("version", "--fromat", "json").error())
                .isEqualTo("retrovisor version: unknown option '--fromat': did you mean --format?;"
                        + " see 'retrovisor version --help'");
    }

    @Test
    void anUnknownFormatIsNamedWithTheKnownOnes() {
        assertThat(run("version", "--format", "xml").error()).contains("'xml' is no format: write table or json");
    }

    @Test
    void theVersionIsThePoms() throws Exception {
        String pom = Files.readString(Repository.root().resolve("pom.xml"));

        assertThat(pom).contains("<version>" + Version.NUMBER + "</version>");
        assertThat(run("--version").out()).isEqualTo("retrovisor " + Version.NUMBER + System.lineSeparator());
        assertThat(run("version", "--format", "json").json().get("retrovisor").getAsString())
                .isEqualTo(Version.NUMBER);
    }

    @Test
    void completionIsAScriptForEachShell() {
        assertThat(run("completion", "bash").out()).contains("complete -F _complete_retrovisor");
        assertThat(run("completion", "zsh").out()).startsWith("autoload -Uz compinit bashcompinit");
        assertThat(run("completion", "fish").error()).endsWith("no completion for 'fish': there are bash and zsh");
    }

    @Test
    void ourOwnBugsAskForAReportAndHaveTheirExitCode() {
        assertEquals(ExitCode.BUG, Failures.exitCode(new IllegalStateException("x")));
        assertEquals(ExitCode.USER_MISTAKE, Failures.exitCode(new OutOfMemoryError("refused")));
    }
}
