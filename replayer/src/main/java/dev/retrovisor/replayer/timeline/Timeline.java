package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.replayer.MachineCopy;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayException;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Stop.Cause;
import dev.retrovisor.traces.Checkpoint;
import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * One trace, in which any position can be gone to, forwards and backwards. Between calls the machine may be looked at, and
 * must not be changed. For one thread.
 *
 * <p>All calls may throw {@link DivergedException} if a replay disagrees with the recording, and {@link
 * dev.retrovisor.traces.TraceFormatException} if the trace turns out to be damaged.
 */
public final class Timeline implements AutoCloseable {
    /** Time on the host between two states that are kept: what a replay from one to the next takes at most. */
    private static final long SPACING_NANOS = 100_000_000;

    /** Steps before a position that was gone to at which states are kept too, so that a step back is short. */
    private static final long[] APPROACH_STEPS = {16_000_000, 4_000_000, 1_000_000, 200_000, 40_000};

    private final Replay replay;
    private final Machine machine;
    private final KnownStates states;
    private final Position start;
    private final Position end;

    private Timeline(Replay replay, KnownStates states) {
        this.replay = replay;
        this.states = states;
        machine = replay.machine();
        start = replay.position();
        end = replay.trace().durableEnd().position();
    }

    /**
     * Opens a trace at its beginning.
     *
     * @throws dev.retrovisor.traces.TraceFormatException if it is none, damaged, or of another machine model
     * @throws ReplayException if a disk's base image is not found, or the machine can't be built
     */
    public static Timeline open(Path trace, ReplayOptions options, TimelineOptions timeline) {
        Replay replay = Replay.open(trace, options);
        try {
            replay.skipFullHashes();
            var stored = new TraceCheckpoints(replay.trace());
            return new Timeline(replay, new KnownStates(replay, stored, timeline.memoryBytes()));
        } catch (RuntimeException | Error e) {
            replay.close();
            throw e;
        }
    }

    public TraceReader trace() {
        return replay.trace();
    }

    /** The machine, for looking at: whatever probes are set on it are called on all ways, also those made more than once. */
    public Machine machine() {
        return machine;
    }

    public Position position() {
        return replay.position();
    }

    /** Where the machine and both logs stand. */
    public ReplayPlace place() {
        return replay.place();
    }

    /** The first position. */
    public Position start() {
        return start;
    }

    /** The last position. */
    public Position end() {
        return end;
    }

    /** Goes to a place in the trace. */
    public Stop seek(ReplayTarget target, Watcher watcher) {
        ReplayTarget.Limit limit = target.resolve(trace());
        if (limit.isReached(start.step(), start.virtualNanos())) {
            states.restore(states.floor(start));
            return stop(Cause.ARRIVED);
        }
        var way = new Way(watcher, position(), new Position(Math.min(limit.step(), end.step()), end.virtualNanos()));
        return stop(go(target, limit, way) ? Cause.ARRIVED : Cause.CANCELLED);
    }

    /** Goes to a position at which the machine has been. */
    public Stop seek(Position position, Watcher watcher) {
        return seek(new ReplayTarget.At(position), watcher);
    }

    /** Goes so many steps on, or back if negative, as far as the trace goes. */
    public Stop step(long steps, Watcher watcher) {
        long target = position().step() + steps;
        if (target <= start.step()) {
            seek(start, watcher);
            return stop(steps < 0 ? Cause.START : Cause.ARRIVED);
        }
        if (target > end.step()) {
            Stop last = seek(ReplayTarget.END, watcher);
            return last.cause() == Cause.ARRIVED ? stop(Cause.END) : last;
        }
        return seek(new ReplayTarget.Step(target), watcher);
    }

    /**
     * Runs from here to a place ahead or to a trigger before it, and leaves nothing out on the way, also for probes that are set
     * on the machine; where the place is behind, stays.
     */
    public Stop runTo(ReplayTarget target, List<? extends Trigger> triggers, Watcher watcher) {
        ReplayTarget.Limit limit = target.resolve(trace());
        return limit.isReached(position().step(), position().virtualNanos())
                ? stop(Cause.ARRIVED)
                : forward(target, Cause.ARRIVED, triggers, watcher);
    }

    /** Runs until a trigger occurs, or to the trace's end or beginning. */
    public Stop run(Direction direction, List<? extends Trigger> triggers, Watcher watcher) {
        return switch (direction) {
            case FORWARD -> forward(ReplayTarget.END, Cause.END, triggers, watcher);
            case BACKWARD -> backward(triggers, watcher);
        };
    }

    private Stop forward(ReplayTarget target, Cause there, List<? extends Trigger> triggers, Watcher watcher) {
        try (Search search = Search.arm(replay, triggers, true)) {
            var way = new Way(watcher, position(), end);
            boolean arrived = onwards(target, way, () -> search.hit() != null);
            if (search.hit() != null) {
                return new Stop(Cause.HIT, position(), Optional.of(search.hit()));
            }
            return stop(arrived ? there : Cause.CANCELLED);
        }
    }

    private Stop backward(List<? extends Trigger> triggers, Watcher watcher) {
        Position here = position();
        Optional<Hit> last = lastHit(triggers, new Way(watcher, here, start));
        if (watcher.isCancelled()) {
            goBack(here);
            return stop(Cause.CANCELLED);
        }
        if (last.isEmpty()) {
            goBack(start);
            return stop(Cause.START);
        }
        go(last.get().target(), Watcher.NONE);
        return new Stop(Cause.HIT, position(), last);
    }

    /**
     * Who wrote any of some bytes of RAM last, before the present position; empty if nobody has since the trace's beginning.
     * The timeline stays where it is.
     *
     * @param lengthBytes at least 1; the range must be RAM
     * @return empty also if the watcher cancelled
     */
    public Optional<LastWrite> lastWrite(long physicalAddress, int lengthBytes, Watcher watcher) {
        if (lengthBytes < 1 || !machine.ram().contains(physicalAddress, lengthBytes)) {
            throw new IllegalArgumentException(
                    "%d bytes at %#x are not in RAM".formatted(lengthBytes, physicalAddress));
        }
        Position here = position();
        Trigger write = Triggers.memory(physicalAddress, lengthBytes, Triggers.AccessKind.WRITE, _ -> true);
        Optional<Hit> last = lastHit(List.of(write), new Way(watcher, here, start));
        goBack(here);
        return last.map(hit -> new LastWrite(hit.before(), (MemoryAccess) hit.what()));
    }

    /**
     * Adds a checkpoint to the trace, here.
     *
     * @throws IllegalArgumentException if the name can't be, or is taken
     * @throws dev.retrovisor.traces.CheckpointsLockedException if another process adds some
     */
    public Checkpoint checkpoint(String name) {
        var sections = new StateWriter();
        machine.save(sections);
        ReplayPlace place = replay.place();
        try (CheckpointStore store = trace().checkpointsForWriting()) {
            return store.add(
                    name,
                    place.position(),
                    place.inputs(),
                    place.entries(),
                    sections.toByteArray(),
                    machine.pageSpaces());
        }
    }

    /** Makes another machine of the same configuration what this one is. */
    public void copyTo(Machine other) {
        MachineCopy.copy(machine, other);
    }

    /**
     * The last hit before the present position: looks through one stretch between two known states after the other, the
     * newest first. The machine then stands anywhere.
     */
    private Optional<Hit> lastHit(List<? extends Trigger> triggers, Way way) {
        KnownState behind = null;
        Position limit = position();
        KnownState before = states.before(limit);
        var quiet = new QuietPages(states, behind);
        while (before != null && !way.isCancelled()) {
            if (mayOccur(triggers, quiet, before.position())) {
                states.restore(before);
                try (Search search = Search.arm(replay, triggers, false)) {
                    onwards(new ReplayTarget.At(limit), way, () -> false);
                    if (search.hit() != null) {
                        return Optional.of(search.hit());
                    }
                }
                quiet = new QuietPages(states, before);
            }
            way.lookedAt(before.position());
            limit = before.position();
            before = states.before(limit);
        }
        return Optional.empty();
    }

    private static boolean mayOccur(List<? extends Trigger> triggers, QuietPages quiet, Position since) {
        for (Trigger trigger : triggers) {
            if (trigger.mayOccur(page -> quiet.isWrittenSince(page, since))) {
                return true;
            }
        }
        return false;
    }

    private void goBack(Position position) {
        go(new ReplayTarget.At(position), Watcher.NONE);
    }

    private void go(ReplayTarget target, Watcher watcher) {
        go(target, target.resolve(trace()), new Way(watcher, position(), end));
    }

    /** Goes to a place that is behind the start, by the shortest way; whether it came there. */
    private boolean go(ReplayTarget target, ReplayTarget.Limit limit, Way way) {
        Predicate<Position> isBefore = at -> !limit.isReached(at.step(), at.virtualNanos());
        KnownState known = limit.both()
                ? states.floor(new Position(limit.step(), limit.virtualNanos()))
                : states.lastWhere(isBefore);
        Position here = position();
        boolean isAhead = isBefore.test(here) || limit.both() && here.equals(known.position());
        if (!isAhead || here.step() < known.position().step()) {
            states.restore(known);
        }
        return approach(limit, way) && onwards(target, way, () -> false);
    }

    /** Keeps states on the last stretch to a place whose step is known; whether nobody cancelled. */
    private boolean approach(ReplayTarget.Limit limit, Way way) {
        if (limit.step() == Long.MAX_VALUE) {
            return true;
        }
        for (long distance : APPROACH_STEPS) {
            long step = limit.step() - distance;
            if (step - distance / 4 > machine.steps()) {
                if (!onwards(new ReplayTarget.Step(step), way, () -> false)) {
                    return false;
                }
                states.capture();
            }
        }
        return true;
    }

    /** Replays forwards, keeping states; whether it came there. */
    private boolean onwards(ReplayTarget target, Way way, BooleanSupplier enough) {
        ReplayResult result = replay.run(target, new Keeping(way, enough));
        return switch (result.outcome()) {
            case END, UNTIL -> true;
            case CANCELLED -> false;
            case DIVERGED -> throw new DivergedException(result.divergence().orElseThrow());
        };
    }

    /** Keeps states at a distance of {@link #SPACING_NANOS} on the host where there are none. */
    private final class Keeping implements ReplayListener {
        private final Way way;
        private final BooleanSupplier enough;
        private long sinceNanos = System.nanoTime();
        private KnownState since = states.floor(position());

        Keeping(Way way, BooleanSupplier enough) {
            this.way = way;
            this.enough = enough;
        }

        @Override
        public void progress(Position at, Position ignoredEnd) {
            KnownState nearest = states.floor(at);
            if (nearest != since) {
                since = nearest;
                sinceNanos = System.nanoTime();
            } else if (System.nanoTime() - sinceNanos > SPACING_NANOS) {
                states.capture();
                since = states.floor(at);
                sinceNanos = System.nanoTime();
            }
            way.at(at);
        }

        @Override
        public boolean isCancelled() {
            return enough.getAsBoolean() || way.isCancelled();
        }
    }

    private Stop stop(Cause cause) {
        return new Stop(cause, position(), Optional.empty());
    }

    @Override
    public void close() {
        try (replay) {
            states.close();
        }
    }
}
