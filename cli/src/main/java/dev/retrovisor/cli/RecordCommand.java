package dev.retrovisor.cli;

import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.VmSetup;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a machine and records it. */
@Command(
        name = "record",
        description = {
            "Run a guest and record it, so that it can be replayed bit for bit.",
            "At a terminal, ^A x leaves and ^A h lists the keys; input from a pipe is typed at the guest's console.",
            "Facts go to standard error. With --format json they go to standard output, and the guest's console,",
            "where it is no terminal, to standard error."
        },
        customSynopsis = "retrovisor record [GUEST] [-o TRACE] [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor record debian                   a shell for you",
            "  retrovisor record debian -o load.trace --workload load --smp 4",
            "  echo 'ps; exit' | retrovisor record debian -o ps.trace",
            "  retrovisor record debian --inspect pstree --inspect-at boot+2s --inspect-at end",
            "  retrovisor record --kernel Image --drive disk.raw --append root=/dev/vda"
        })
final class RecordCommand implements Callable<Integer> {
    private final Context context;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "TRACE",
            description = "The trace to make, a folder. Default: the guest's name and the date, in this folder.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--checkpoints",
            paramLabel = "auto|off|TIME",
            converter = CheckpointSpacing.Converter.class,
            description =
                    "When to take checkpoints, from which any position is reached fast: at a fiftieth of the run's"
                            + " time (auto, the default), never (off), or every so often: 1s, 500ms.")
    private CheckpointSpacing checkpoints = new CheckpointSpacing.Auto();

    @Option(
            names = "--checkpoint-budget",
            paramLabel = "SIZE",
            converter = Values.Memory.class,
            description = "What checkpoints may take on disk; beyond that some are dropped, evenly. Default: 1G.")
    private Optional<Long> checkpointBudget = Optional.empty();

    @Mixin
    private VmOptions vm;

    @Mixin
    private OutputFormat.Choice format;

    RecordCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Screen screen = context.screen();
        var plan = new VmPlan(vm, context.guests());
        Path trace = TraceName.of(output, plan.name(), context.clock());
        VmSetup setup = plan.resolve();
        RunOptions options = RunCommand.options(vm)
                .recordedTo(trace)
                .withCheckpoints(checkpoints.policy(CheckpointSpacing.budget(checkpointBudget)));
        if (!vm.quiet && screen.errorIsTerminal()) {
            String keys = screen.inputIsTerminal() ? "; ^A x leaves, ^A h lists the keys" : "";
            screen.err().println(screen.dimOnError("recording to " + trace + keys));
        }
        return RunCommand.run(screen, setup, vm, options, "record", format);
    }
}
