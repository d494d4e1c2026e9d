package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Replays a trace and compares as it goes. */
@Command(
        name = "replay",
        description = {
            "Replay a trace from its files alone, comparing state hashes and device events as it goes.",
            "Exit code 0: bit-identical; 1: diverged, with where and what;",
            "3: damaged, or recorded by another machine model."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor replay debian.trace",
            "  retrovisor replay debian.trace --console             see it again",
            "  retrovisor replay debian.trace --until boot+2.5s     or 250M, 50%%, event:1000",
            "  retrovisor replay debian.trace --format json"
        })
final class ReplayCommand implements Callable<Integer> {
    private final Screen screen;

    @Option(
            names = "--until",
            paramLabel = "POSITION",
            description = "Stop there: a step (12_000_000, 250M), end, 50%%, boot+2.5s of virtual time, or event:N.")
    private String until = "end";

    @Option(
            names = "--console",
            description = "Show the guest's console as it was (with --format json: on standard error).")
    private boolean console;

    @Mixin
    private ReplayChoice choice;

    @Mixin
    private OutputFormat.Choice format;

    ReplayCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        ReplayTarget target = ReplayTarget.parse(until);
        ReplayOptions options = choice.options();
        Path trace = choice.trace();
        var runner = new ReplayRunner(screen);
        ReplayResult result = console
                ? runner.runShowing(
                        trace,
                        options,
                        target,
                        format.isJson() ? screen.err() : screen.out(),
                        format.isJson() ? screen.errorIsTerminal() : screen.outputIsTerminal())
                : runner.run(trace, options, target, choice.quiet() || format.isJson());
        ReplayFacts facts = ReplayFacts.of(trace.toString(), result, choice.engine());
        if (format.isJson()) {
            screen.out().println(Json.of("replay", ReplayFacts.SCHEMA_VERSION, facts));
        } else {
            if (!choice.quiet() || result.divergence().isPresent()) {
                if (console) {
                    screen.out().println();
                }
                facts.print(screen, result);
            }
            EngineFacts.print(screen, facts.engine(), facts.engineStatistics());
        }
        return ReplayRunner.exitCode(result);
    }
}
