package dev.retrovisor.cli;

import dev.retrovisor.cli.prompt.Prompt;
import dev.retrovisor.cli.prompt.PromptSetup;
import dev.retrovisor.guests.Guests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Opens a prompt on a trace. */
@Command(
        name = "repl",
        description = {
            "Open a prompt on a trace, and go through it forwards and backwards.",
            "Breakpoints, memory, processes, stacks, and all that inspect and events tell. With a guest's name it is recorded first, with a shell for you.",
            "With -c, --script or input from a pipe: runs the lines, and stops at the first that fails with its exit code."
        },
        customSynopsis = "retrovisor repl TRACE|GUEST [-c COMMAND]... [--script FILE] [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor repl debian.trace",
            "  retrovisor repl debian.trace --at end",
            "  retrovisor repl debian.trace -c 'break do_exit' -c 'go end' -c reverse -c where",
            "  retrovisor repl debian.trace --script find.rv --format json",
            "",
            "At the prompt 'help' lists the commands; docs/prompt.md shows a tour."
        })
final class ReplCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(index = "0", paramLabel = "TRACE|GUEST", description = "A trace, or a guest that is recorded first.")
    private String subject = "";

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description = "Where to begin: a step (12_000_000, 250M), end, 50%%, boot+2.5s, event:N or a bookmark."
                    + " Default: the trace's beginning.")
    private String at = "";

    @Option(names = "-c", paramLabel = "COMMAND", description = "Run this command, and no prompt. May be repeated.")
    private List<String> commands = new ArrayList<>();

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "Run the commands in a file, one a line, after those of -c; # begins a comment.")
    private Optional<Path> script = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "TRACE",
            description = "For a guest: the trace to make. Default: its name and the date, in this folder.")
    private Optional<Path> output = Optional.empty();

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Mixin
    private ReplaySettings settings;

    @Mixin
    private OutputFormat.Choice format;

    ReplCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<List<String>> lines = lines();
        Path trace = Path.of(subject);
        if (!Files.exists(trace) && isGuest()) {
            trace = TraceName.of(output, subject, context.clock());
            int exitCode = run(List.of("record", subject, "-o", trace.toString()));
            if (exitCode != ExitCode.GOOD) {
                return exitCode;
            }
        }
        return Prompt.run(new PromptSetup(
                context.screen(),
                trace,
                settings.options(trace),
                symbols::completed,
                this::run,
                at,
                lines,
                format.isJson(),
                settings.quiet()));
    }

    private boolean isGuest() {
        return Guests.known().contains(subject);
    }

    private Optional<List<String>> lines() {
        var lines = new ArrayList<>(commands);
        script.ifPresent(file -> {
            InputFiles.requireFile(file, "--script");
            lines.addAll(Prompt.script(file));
        });
        return commands.isEmpty() && script.isEmpty() ? Optional.empty() : Optional.of(lines);
    }

    private int run(List<String> arguments) {
        return new CommandTree(context).run(arguments.toArray(String[]::new));
    }
}
