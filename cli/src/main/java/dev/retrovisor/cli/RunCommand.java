package dev.retrovisor.cli;

import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.recorder.VmSetup;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs a machine without recording it. */
@Command(
        name = "run",
        description = {
            "Run a guest without recording it.",
            "At a terminal, ^A x leaves and ^A h lists the keys. Facts go to standard error.",
            "With --format json they go to standard output, and a console that is no terminal to standard error."
        },
        customSynopsis = "retrovisor run [GUEST] [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor run debian",
            "  retrovisor run debian --workload load --smp 4",
            "  retrovisor run --kernel Image --initrd initrd.cpio --append console=ttyS0 -m 1G",
            "  retrovisor run debian --nic user,hostfwd=tcp:127.0.0.1:8080-:80",
            "  retrovisor run debian --workload demo --events process,ipc --events-to events.jsonl",
            "  retrovisor run debian --workload demo --inspect pslist,lsof --inspect-at boot+0.6s"
        })
final class RunCommand implements Callable<Integer> {
    private final Context context;

    @Mixin
    private VmOptions vm;

    @Mixin
    private OutputFormat.Choice format;

    RunCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        VmSetup setup = new VmPlan(vm, context.guests()).resolve();
        return run(context.screen(), setup, vm, options(vm), "run", format);
    }

    /** What the options say about any run. */
    static RunOptions options(VmOptions vm) {
        RunOptions options = RunOptions.unrecorded("retrovisor " + Version.NUMBER)
                .withNoReboot(vm.noReboot)
                .withPacing(vm.pacing)
                .withEngine(vm.engine.engine);
        if (vm.maxSteps.isPresent()) {
            options = options.withMaxSteps(vm.maxSteps.get());
        }
        return vm.timeout.isPresent() ? options.withTimeout(vm.timeout.get()) : options;
    }

    /** Runs and tells, for this command and for {@code record}. */
    static int run(
            Screen screen, VmSetup setup, VmOptions vm, RunOptions options, String schema, OutputFormat.Choice format) {
        return LiveLook.whileRunning(
                screen, setup.guest(), () -> setup.images().images().kernel(), vm.events, vm.inspections, looks -> {
                    RunResult result =
                            new LiveRunner(screen).run(setup, vm, options, format.isJson(), MachineObserver.all(looks));
                    return tell(screen, setup.guest(), result, vm.engine, vm.quiet, schema, format);
                });
    }

    /** Tells what came of a run; returns the exit code. */
    static int tell(
            Screen screen,
            String guest,
            RunResult result,
            EngineOptions engine,
            boolean quiet,
            String schema,
            OutputFormat.Choice format) {
        RunFacts facts = RunFacts.of(guest, result, engine);
        if (format.isJson()) {
            screen.out().println(Json.of(schema, RunFacts.SCHEMA_VERSION, facts));
        } else {
            if (!quiet || result.cause() == StopCause.TRACE_FULL || result.cause() == StopCause.HOST_FAILED) {
                facts.print(screen, RunFacts.why(result));
            }
            EngineFacts.print(screen, facts.engine(), facts.engineStatistics());
        }
        return LiveRunner.exitCode(result);
    }
}
