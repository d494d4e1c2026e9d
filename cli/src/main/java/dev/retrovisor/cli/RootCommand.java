package dev.retrovisor.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What stands before a command, and what is said without one. */
@Command(
        name = "retrovisor",
        version = "retrovisor " + Version.NUMBER,
        description = "A rear-view mirror for virtual machines: records a whole Linux, and replays it bit for bit.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Begin with|@",
            "  retrovisor demo              boot, record, replay and verify a Debian",
            "  retrovisor record debian     the same with a shell for you; ^A x leaves it",
            "  retrovisor inspect           what a trace tells of the guest inside",
            "",
            "Exit codes: 0 good, 1 differs, 2 you can mend it, 3 bad trace or image,",
            "4 the guest's memory was partly broken, 70 our bug."
        })
final class RootCommand implements Callable<Integer> {
    static final String VERSION_OPTION = "--version";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show a stack trace where something goes wrong.")
    private boolean debug;

    @Option(
            names = {"-V", VERSION_OPTION},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    @Spec
    private CommandSpec spec;

    boolean debug() {
        return debug;
    }

    @Override
    public Integer call() {
        CommandLine commandLine = spec.commandLine();
        commandLine.usage(commandLine.getErr());
        return ExitCode.USER_MISTAKE;
    }
}
