package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks that a trace is whole and unaltered, and that it replays. */
@Command(
        name = "verify",
        description = {
            "Check that a trace is whole and unaltered, then replay all of it and compare.",
            "Checks every checksum, the hash chains, images and checkpoints.",
            "Exit code 0: whole and bit-identical; 1: diverged; 3: damaged, or of another machine model."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor verify debian.trace",
            "  retrovisor verify debian.trace --no-replay           the files only: fast",
            "  retrovisor verify debian.trace --format json"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Screen screen;

    @Option(names = "--no-replay", description = "Check the files only.")
    private boolean noReplay;

    @Mixin
    private ReplayChoice choice;

    @Mixin
    private OutputFormat.Choice format;

    VerifyCommand(Context context) {
        this.screen = context.screen();
    }

    /**
     * What {@code --format json} prints.
     *
     * @param whole always true: damage is an error, exit code 3
     * @param identical whether the replay agreed; null with {@code --no-replay}, as the next
     * @param replay what came of the replay
     */
    private record VerifyFacts(
            String trace, boolean whole, String inputsHash, String eventsHash, Boolean identical, ReplayFacts replay) {}

    @Override
    public Integer call() {
        ReplayOptions options = choice.options();
        Path trace = choice.trace();
        TraceReader.ChainHeads heads;
        try (TraceReader reader = TraceReader.open(trace)) {
            heads = reader.verifyAll();
        }
        boolean facts = !format.isJson() && !choice.quiet();
        if (facts) {
            screen.out().println(screen.good("whole") + ": every checksum, both hash chains, images and checkpoints");
            new Facts(screen)
                    .add("inputs' hash", heads.inputs())
                    .add("events' hash", heads.events())
                    .print();
        }
        if (noReplay) {
            printJson(new VerifyFacts(trace.toString(), true, heads.inputs(), heads.events(), null, null));
            return ExitCode.GOOD;
        }
        ReplayResult result = new ReplayRunner(screen).run(trace, options, ReplayTarget.END, !facts);
        ReplayFacts replay = ReplayFacts.of(trace.toString(), result, choice.engine());
        printJson(new VerifyFacts(
                trace.toString(),
                true,
                heads.inputs(),
                heads.events(),
                result.divergence().isEmpty(),
                replay));
        if (facts || !format.isJson() && result.divergence().isPresent()) {
            replay.print(screen, result);
        }
        if (!format.isJson()) {
            EngineFacts.print(screen, replay.engine(), replay.engineStatistics());
        }
        return ReplayRunner.exitCode(result);
    }

    private void printJson(VerifyFacts facts) {
        if (format.isJson()) {
            screen.out().println(Json.of("verify", SCHEMA_VERSION, facts));
        }
    }
}
