package dev.retrovisor.recorder;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A machine that is to be run live, once, and recorded if the options say so.
 *
 * <p>{@link #run} belongs to one thread, which becomes the machine's; {@link #stop} is for any.
 */
public final class LiveMachine {
    private final VmSetup setup;
    private final RunOptions options;
    private final HostConsole console;
    private final Consumer<String> notices;
    private final MachineObserver observer;
    private final AtomicReference<LiveRun> running = new AtomicReference<>();
    private volatile LiveRun.Stop stopWanted;

    /** @param console closed at the end of the run */
    public LiveMachine(VmSetup setup, RunOptions options, HostConsole console) {
        this(setup, options, console, _ -> {}, MachineObserver.NONE);
    }

    /**
     * The same, for a caller who wants to know.
     *
     * @param console closed at the end of the run
     * @param notices is told, before the first step, why the machine does not run on the engine of the options, and at the end
     *     why there are not more checkpoints
     * @param observer looks at the machine while it runs
     */
    public LiveMachine(
            VmSetup setup,
            RunOptions options,
            HostConsole console,
            Consumer<String> notices,
            MachineObserver observer) {
        this.setup = setup;
        this.options = options;
        this.console = console;
        this.notices = notices;
        this.observer = observer;
    }

    /**
     * Ends the run soon and in order, also one that has not begun yet.
     *
     * @param cause {@link StopCause#SIGNAL} or {@link StopCause#REQUESTED}
     * @param detail one line for people, may be empty
     */
    public void stop(StopCause cause, String detail) {
        stopWanted = new LiveRun.Stop(cause, detail);
        LiveRun run = running.get();
        if (run != null) {
            run.stop(cause, detail);
        }
    }

    /**
     * Runs the machine from its start until the run ends, for whatever cause.
     *
     * @throws HostSetupException if the host lacks something that the run needs; there is no trace then
     * @throws IllegalArgumentException if an image is none, or memory is too small; there is no trace then
     * @throws dev.retrovisor.recorder.net.NetworkOptionException if a host port can't be had; there is no trace then
     */
    public RunResult run() {
        Path overlays = overlayFolder();
        try (console;
                Disks disks = Disks.open(setup.disks(), overlays);
                Networks networks = Networks.open(isUnplugged() ? List.of() : setup.networks(), this::wake);
                Machine machine = Machine.of(
                        setup.config(), setup.images().images(), disks.backings(), this::left, options.engine())) {
            if (!machine.engineNotice().isEmpty()) {
                notices.accept(machine.engineNotice());
            }
            setup.start().ifPresent(start -> start.state().accept(machine));
            Result result;
            Journal journal = journal(machine, disks);
            try (journal) {
                var run = new LiveRun(setup, options, machine, journal, console, networks, observer);
                running.set(run);
                startConsole(run);
                result = run(run, machine, journal);
            }
            journal.checkpointNotice().ifPresent(notices);
            return result.withTrace(options.trace());
        }
    }

    private Result run(LiveRun run, Machine machine, Journal journal) {
        if (stopWanted != null) {
            run.stop(stopWanted.cause(), stopWanted.detail());
        }
        LiveRun.Stop stop;
        try {
            observer.started(machine);
            stop = run.run();
            observer.stopping(machine);
        } catch (RuntimeException | Error e) {
            // Our bug: the trace says so, and is what shows it.
            journal.end(StopCause.HOST_FAILED, "internal error: " + e);
            throw e;
        }
        long wallNanos = System.nanoTime() - run.startNanos();
        journal.end(stop.cause(), stop.detail());
        return new Result(
                stop,
                setup.start().map(start -> start.origin().position()).orElse(Position.POWER_ON),
                machine.steps(),
                machine.virtualNanos(),
                wallNanos,
                journal.inputs(),
                journal.deviceEvents(),
                run.restarts(),
                machine.engine(),
                machine.engineStatistics(),
                journal.finalStateHash());
    }

    private boolean isUnplugged() {
        return setup.start()
                .map(LiveStart::script)
                .filter(Script::replacesNetwork)
                .isPresent();
    }

    private void left(DeviceEvent event) {
        running.get().left(event);
    }

    private void wake() {
        LiveRun run = running.get();
        if (run != null) {
            run.wake();
        }
    }

    private void startConsole(LiveRun run) {
        try {
            console.start(run);
        } catch (IOException e) {
            throw new HostSetupException("the terminal can't be used: " + e.getMessage(), e);
        }
    }

    private Journal journal(Machine machine, Disks disks) {
        if (options.trace().isEmpty()) {
            return Journal.unrecorded(machine);
        }
        var manifest = new Manifest(
                Machine.MODEL,
                setup.config(),
                setup.images().named(),
                disks.named(options.imageHashes()),
                setup.guest(),
                new Manifest.RecordedBy(
                        options.product(),
                        System.getProperty("java.vm.name") + " " + Runtime.version(),
                        System.getProperty("os.name") + " " + System.getProperty("os.arch")),
                Instant.now(),
                setup.start().<Manifest.Start>map(LiveStart::origin).orElse(Manifest.Start.POWER_ON));
        return Journal.to(
                options.trace().get(),
                manifest,
                setup.images(),
                setup.start().map(LiveStart::parent),
                options.imageHashes(),
                options.checkpoints(),
                machine);
    }

    /** Overlays lie where the trace does, which has room, or with the host's temporary files. */
    private Path overlayFolder() {
        if (options.trace().isEmpty()) {
            return Path.of(System.getProperty("java.io.tmpdir"));
        }
        Path folder = options.trace().get().toAbsolutePath().normalize().getParent();
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HostSetupException("%s: can't be made: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /** What is known when the machine stops. */
    private record Result(
            LiveRun.Stop stop,
            Position start,
            long steps,
            long virtualNanos,
            long wallNanos,
            long inputs,
            long deviceEvents,
            int restarts,
            EngineChoice engine,
            List<Engine.Count> engineStatistics,
            OptionalLong finalStateHash) {
        RunResult withTrace(Optional<Path> trace) {
            return new RunResult(
                    stop.cause(),
                    stop.detail(),
                    start,
                    steps,
                    virtualNanos,
                    wallNanos,
                    inputs,
                    deviceEvents,
                    restarts,
                    engine,
                    engineStatistics,
                    trace,
                    trace.map(Result::bytesOf).orElse(OptionalLong.empty()),
                    finalStateHash);
        }

        private static OptionalLong bytesOf(Path trace) {
            try (var files = Files.walk(trace)) {
                return OptionalLong.of(files.filter(Files::isRegularFile)
                        .mapToLong(file -> file.toFile().length())
                        .sum());
            } catch (IOException _) {
                return OptionalLong.empty();
            }
        }
    }
}
