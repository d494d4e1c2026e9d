package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFactsCache;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A trace that is replayed to look into its guest, forwards only: {@link #seek} goes to where something is asked, {@link
 * #kernel} is the guest's Linux there, {@link #watch} goes on while streams tell what happens. What a look finds broken in
 * the guest gathers in {@link KernelView#damage}.
 *
 * <pre>{@code
 * try (TraceLook look = TraceLook.open(screen, choice)) {
 *     look.seek(ReplayTarget.parse(at));
 *     look.kernel()...
 * }
 * }</pre>
 */
final class TraceLook implements AutoCloseable {
    /** Between two looks for a kernel that firmware or a boot loader has yet to bring. */
    private static final long SEARCH_STEPS = 50_000_000;

    /** Folder in a trace for what was once found in its guest, which can be found again. */
    private static final String CACHE = "introspect";

    private final Screen screen;
    private final Path trace;
    private final Replay replay;
    private final boolean quiet;
    private KernelSymbolFile.Choice symbols = new KernelSymbolFile.Choice();
    private KernelView kernel;

    private TraceLook(Screen screen, Path trace, Replay replay, boolean quiet) {
        this.screen = screen;
        this.trace = trace;
        this.replay = replay;
        this.quiet = quiet;
    }

    /** Opens what the user chose, at power-on; with a bar while it replays, unless the user wants quiet. */
    static TraceLook open(Screen screen, ReplayChoice choice) {
        return open(screen, choice.trace(), choice.settings());
    }

    static TraceLook open(Screen screen, Path trace, ReplaySettings settings) {
        return open(screen, trace, settings.options(trace), settings.quiet());
    }

    static TraceLook open(Screen screen, Path trace, ReplayOptions options, boolean quiet) {
        Replay replay = new ReplayRunner(screen).open(trace, options, quiet);
        EngineOptions.tell(screen, replay.machine().engineNotice());
        return new TraceLook(screen, trace, replay, quiet);
    }

    /** Takes types from a file where the kernel has none. */
    void use(KernelSymbolFile.Choice choice) {
        symbols = choice;
    }

    Path trace() {
        return trace;
    }

    Replay replay() {
        return replay;
    }

    Position position() {
        return replay.position();
    }

    /** Whether the machine stands where the trace ends. */
    boolean isAtEnd() {
        return position().equals(replay.trace().durableEnd().position());
    }

    /**
     * Replays on to a position.
     *
     * @throws UserMistake if the machine is behind it already
     * @throws ReplayCutShort if it does not get there
     */
    void seek(ReplayTarget target) {
        requireAhead(target);
        ReplayTarget.Limit limit = target.resolve(replay.trace());
        if (limit.step() > position().step()
                && limit.virtualNanos() > position().virtualNanos()) {
            go(target, () -> false);
        }
    }

    private void requireAhead(ReplayTarget target) {
        Position here = position();
        if (isBefore(target.resolve(replay.trace()), new ReplayTarget.Limit(here.step(), here.virtualNanos(), false))) {
            throw new UserMistake("a replay goes forwards, and has come to %s: give positions in their order"
                    .formatted(Positions.words(here)));
        }
    }

    /**
     * Says early of positions that they are not in their order, where that can be told without a replay.
     *
     * @throws UserMistake if they are not
     */
    void requireInOrder(List<ReplayTarget> targets) {
        for (int i = 1; i < targets.size(); i++) {
            ReplayTarget.Limit limit = targets.get(i).resolve(replay.trace());
            if (isBefore(limit, targets.get(i - 1).resolve(replay.trace()))) {
                throw new UserMistake("a replay goes forwards: give positions in their order");
            }
        }
    }

    /** Whether a limit is surely reached before another: a limit has a step, or a time, or neither for the end. */
    private static boolean isBefore(ReplayTarget.Limit a, ReplayTarget.Limit b) {
        boolean endsBefore = b.step() == Long.MAX_VALUE && b.virtualNanos() == Long.MAX_VALUE;
        return (a.step() < b.step() && (endsBefore || b.step() != Long.MAX_VALUE))
                || (a.virtualNanos() < b.virtualNanos() && (endsBefore || b.virtualNanos() != Long.MAX_VALUE));
    }

    private ReplayResult go(ReplayTarget target, BooleanSupplier enough) {
        ReplayResult result = new ReplayRunner(screen).run(replay, target, quiet, enough);
        return switch (result.outcome()) {
            case END, UNTIL -> result;
            case CANCELLED -> {
                if (enough.getAsBoolean()) {
                    yield result;
                }
                throw new ReplayCutShort(trace, result);
            }
            case DIVERGED -> throw new ReplayCutShort(trace, result);
        };
    }

    /**
     * The guest's Linux, as it is whenever it is asked something.
     *
     * @throws NoKernelException if there is none here
     */
    KernelView kernel() {
        if (kernel == null) {
            MachineView machine = MachineView.of(replay.machine());
            kernel = new KernelView(facts(machine), machine);
        }
        return kernel;
    }

    /**
     * The same with a record of damage of its own, once it runs.
     *
     * @throws NoKernelException if there is none, or it is loaded and has not set up its page tables yet
     */
    KernelView startedKernel() {
        return Questions.started(kernel(), "%s at %s".formatted(trace, Positions.words(position())));
    }

    /** The kernel's file as it was loaded, a flat Image; empty if the trace has none. */
    byte[] kernelImage() {
        return replay.trace().bootImages(ImageHashes.inUserCache()).kernel();
    }

    /** What the engine did, where the user asked. */
    void tellStatistics(EngineOptions options) {
        var machine = replay.machine();
        EngineFacts.print(
                screen, EngineOptions.name(machine.engine()), EngineFacts.of(machine.engineStatistics(), options));
    }

    private KernelFacts facts(MachineView machine) {
        try {
            var cache = new KernelFactsCache(
                    trace.resolve(CACHE), note -> screen.err().println(GuestText.printable(note)));
            return symbols.completed(cache.find(machine));
        } catch (NoKernelException e) {
            throw new NoKernelException("%s at %s: %s".formatted(trace, Positions.words(position()), e.getMessage()));
        }
    }

    /**
     * Replays on to a position while streams watch. Where there is no Linux yet they begin as soon as there is one.
     *
     * @param sink takes the events as they happen
     * @param enough whether nobody wants more; asked several times a second
     * @return what can't be watched on this kernel, in words
     * @throws NoKernelException if no Linux comes up to the position
     * @throws ReplayCutShort if the replay does not get there
     */
    List<String> watch(List<EventStream> streams, ReplayTarget to, Consumer<GuestEvent> sink, BooleanSupplier enough) {
        requireAhead(to);
        awaitKernel(to);
        return watching(streams, sink, () -> go(to, enough));
    }

    /**
     * Lets streams watch while something is done, such as seeking here and there; there must be a Linux.
     *
     * @return what can't be watched on this kernel, in words
     */
    List<String> watching(List<EventStream> streams, Consumer<GuestEvent> sink, Runnable going) {
        try (var watch = new Watch(replay.machine(), kernel(), sink)) {
            streams.forEach(stream -> Unanswerable.guard(stream.name(), kernel, () -> stream.watch(watch)));
            going.run();
            return watch.notes();
        }
    }

    private void awaitKernel(ReplayTarget to) {
        ReplayTarget.Limit limit = to.resolve(replay.trace());
        long end = Math.min(limit.step(), replay.trace().durableEnd().position().step());
        while (true) {
            try {
                kernel();
                return;
            } catch (NoKernelException e) {
                long next = position().step() + SEARCH_STEPS;
                if (next >= end || position().virtualNanos() >= limit.virtualNanos()) {
                    throw e;
                }
                go(new ReplayTarget.Step(next), () -> false);
            }
        }
    }

    @Override
    public void close() {
        replay.close();
    }
}
