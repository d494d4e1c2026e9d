package dev.retrovisor.replayer;

import dev.retrovisor.machine.Course;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.replayer.Divergence.Kind;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.traces.DurableEnd;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceEntry.StateHash;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One replay of one trace, from where it begins forwards. For one thread.
 *
 * <p>{@link #run} may be called again with a later target; the machine then goes on from where it stands. Between calls
 * the machine may be looked at, and must not be changed, but for putting it where {@link #resume} says.
 */
public final class Replay implements AutoCloseable {
    /** Steps between two calls of the listener: a tenth of a second or so. */
    private static final long SLICE_STEPS = 10_000_000;

    private final TraceReader trace;
    private final ReplayDisks disks;
    private final EventCheck check;
    private final Machine machine;
    private final InputBounds bounds;
    private Position end;
    private ReplayTap tap = ReplayTap.NONE;
    private EventCursor<InputEvent> inputs;
    private Course course;
    private int restarts;
    private boolean follows;
    private boolean finished;

    private Replay(TraceReader trace, ReplayDisks disks, ReplayOptions options, StartState start) {
        this.trace = trace;
        this.disks = disks;
        end = trace.durableEnd().position();
        bounds = new InputBounds(trace.folder(), trace.manifest().config());
        check = new EventCheck(trace);
        inputs = trace.inputs();
        try {
            machine = Machine.of(
                    trace.manifest().config(),
                    trace.bootImages(options.imageHashes()),
                    disks.backings(),
                    check,
                    options.engine());
        } catch (IllegalArgumentException e) {
            throw new ReplayException(
                    "%s: this machine can't be built: %s".formatted(trace.folder(), e.getMessage()), e);
        }
        course = new Course(machine);
        try {
            start.put(machine);
        } catch (RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    /**
     * Opens a trace and builds its machine, where the trace begins.
     *
     * @throws dev.retrovisor.traces.TraceFormatException if it is none, damaged, or of another machine model
     * @throws ReplayException if a disk's base image is not found, the machine can't be built, or the trace goes on from
     *     another that is not there or not the same
     */
    public static Replay open(Path folder, ReplayOptions options) {
        return open(folder, options, ReplayListener.SILENT);
    }

    /**
     * The same, for a caller who wants to follow the replay of the trace that this one goes on from.
     *
     * @throws ReplayCancelledException if the listener cancels that
     */
    public static Replay open(Path folder, ReplayOptions options, ReplayListener listener) {
        return open(folder, options, listener, 0);
    }

    static Replay open(Path folder, ReplayOptions options, ReplayListener listener, int generation) {
        TraceReader trace = TraceReader.open(folder);
        ReplayDisks disks = null;
        try {
            trace.requireReplayable();
            disks = ReplayDisks.open(trace.manifest(), options);
            return new Replay(trace, disks, options, new StartState(trace, options, listener, generation));
        } catch (RuntimeException | Error e) {
            if (disks != null) {
                disks.close();
            }
            trace.close();
            throw e;
        }
    }

    /** The trace that is replayed. */
    public TraceReader trace() {
        return trace;
    }

    /** The machine, for looking at between calls of {@link #run}. */
    public Machine machine() {
        return machine;
    }

    /** Shows all that goes in and out from now on to a tap, instead of to the one before. */
    public void tap(ReplayTap newTap) {
        tap = newTap;
        check.tap(newTap, machine::virtualNanos);
    }

    /** Where the machine stands. */
    public Position position() {
        return new Position(machine.steps(), machine.virtualNanos());
    }

    /** Where the machine and both logs stand. */
    public ReplayPlace place() {
        return new ReplayPlace(position(), inputs.ordinal(), check.entry());
    }

    /**
     * Goes on from a place at which this replay, or one like it, has been: the machine has been given the state that it had
     * there, inputs and hashes of the moment included.
     */
    public void resume(ReplayPlace place) {
        inputs.close();
        inputs = trace.inputs();
        inputs.skipTo(place.inputs());
        check.resume(place);
        course = new Course(machine);
        finished = false;
    }

    /**
     * From now on the trace's end is no end while it has no end record: each {@link #run} goes on into what its recorder has
     * added meanwhile, and returns {@link Outcome#END} where there is no more of it yet.
     */
    public void follow() {
        follows = true;
        finished = false;
        check.reach(trace.durableEnd(), true);
    }

    /** Takes in what the recorder has added, in a replay that follows; whether there is more than has been replayed. */
    public boolean extend() {
        DurableEnd known = trace.durableEnd();
        if (follows && known.end().isEmpty() && !trace.refresh().equals(known)) {
            end = trace.durableEnd().position();
            finished = false;
            check.reach(trace.durableEnd(), true);
        }
        return !finished;
    }

    /** Whether the trace has ended and the replay has come there; one that follows goes on while it has not. */
    public boolean isOver() {
        return finished && trace.durableEnd().end().isPresent();
    }

    /** Leaves out the hashes over all state, which cost much behind a {@link #resume}, from now on. */
    public void skipFullHashes() {
        check.skipFullHashes();
    }

    /**
     * Replays up to a target, or to the first disagreement: what is compared then is the first entry of the log that
     * differs, while the machine may stand a little behind it.
     *
     * @throws dev.retrovisor.traces.TraceFormatException if the trace turns out to be damaged on the way
     * @throws ReplayException if the trace does not go so far, or has an input that its machine can't take
     */
    public ReplayResult run(ReplayTarget until, ReplayListener listener) {
        return run(until.resolve(trace), listener);
    }

    /** The same up to a limit, which may lie behind the trace's end as it is now. */
    public ReplayResult run(ReplayTarget.Limit limit, ReplayListener listener) {
        check.tell(listener);
        long begun = System.nanoTime();
        Outcome outcome = goOn(limit, listener);
        check.tell(ReplayListener.SILENT);
        listener.progress(position(), end);
        return new ReplayResult(
                outcome,
                trace.manifest().start().position(),
                position(),
                end,
                System.nanoTime() - begun,
                inputs.ordinal(),
                check.deviceEvents(),
                check.lightHashes(),
                check.fullHashes(),
                restarts,
                machine.engine(),
                machine.engineStatistics(),
                Optional.ofNullable(check.divergence()),
                trace.durableEnd().end());
    }

    private Outcome goOn(ReplayTarget.Limit limit, ReplayListener listener) {
        while (check.divergence() == null) {
            extend();
            if (finished) {
                return Outcome.END;
            }
            if (limit.isReached(machine.steps(), machine.virtualNanos()) && !mayGetInputsHere()) {
                return Outcome.UNTIL;
            }
            if (listener.isCancelled()) {
                return Outcome.CANCELLED;
            }
            Position stop = nextStop();
            StopReason reason = advance(stop, limit);
            if (check.divergence() == null) {
                if (position().equals(stop)) {
                    settle(stop);
                } else if (!limit.isReached(machine.steps(), machine.virtualNanos())) {
                    requireOnTheWay(reason, stop);
                    requireOnTheWay(reason, limit);
                }
            }
            listener.progress(position(), end);
        }
        return Outcome.DIVERGED;
    }

    /** The next moment at which the log has something for us: an input, a hash, or its end. */
    private Position nextStop() {
        Position stop = end;
        InputEvent input = inputs.peek();
        if (input != null) {
            stop = earlier(stop, new Position(input.step(), input.virtualNanos()));
        }
        StateHash hash = check.nextHash();
        if (hash != null) {
            stop = earlier(stop, new Position(hash.step(), hash.virtualNanos()));
        }
        return stop;
    }

    private static Position earlier(Position a, Position b) {
        return b.step() < a.step() || b.step() == a.step() && b.virtualNanos() < a.virtualNanos() ? b : a;
    }

    private StopReason advance(Position stop, ReplayTarget.Limit limit) {
        long steps = machine.steps();
        // A step takes a nanosecond: no more of them than there are nanoseconds left to the limit.
        long untilNanos = limit.virtualNanos() - machine.virtualNanos();
        long most = Math.min(SLICE_STEPS, untilNanos);
        long stepLimit = Math.max(steps, Math.min(Math.min(stop.step(), limit.step()), steps + most));
        StopReason reason = course.advance(stepLimit, Math.min(stop.virtualNanos(), limit.virtualNanos()));
        if (reason == StopReason.RESET) {
            restarts++;
        }
        return reason;
    }

    /** At a moment of the log: its inputs, then its hashes, as {@link Course} has it. */
    private void settle(Position here) {
        InputEvent input = inputs.peek();
        while (input != null && input.step() == here.step() && input.virtualNanos() == here.virtualNanos()) {
            bounds.require(input, inputs.ordinal(), machine);
            tap.in(input);
            machine.apply(inputs.next());
            input = inputs.peek();
        }
        StateHash hash = check.nextHash();
        while (hash != null && hash.step() == here.step() && hash.virtualNanos() == here.virtualNanos()) {
            switch (hash.kind()) {
                case LIGHT -> check.check(hash, machine.registerHash());
                case FULL -> check.checkFull(hash, machine::stateHash);
            }
            hash = check.nextHash();
        }
        if (here.equals(end) && check.divergence() == null) {
            if (!follows || trace.durableEnd().end().isPresent()) {
                check.finish();
            }
            finished = check.divergence() == null;
        }
    }

    /** Whether the trace ends here for now: its recorder may have more inputs for this very moment. */
    private boolean mayGetInputsHere() {
        return follows && position().equals(end) && trace.durableEnd().end().isEmpty();
    }

    /** The machine stands short of an exact moment: whether there is such a moment. */
    private void requireOnTheWay(StopReason reason, ReplayTarget.Limit limit) {
        boolean runsOn = machine.steps() == limit.step() && reason == StopReason.STEP_LIMIT;
        if (limit.both() && (runsOn || machine.virtualNanos() >= limit.virtualNanos())) {
            throw new ReplayException(
                    "step %,d at %,d ns: there is no such moment; the machine comes to step %,d at %,d ns"
                            .formatted(limit.step(), limit.virtualNanos(), machine.steps(), machine.virtualNanos()));
        }
    }

    /** The machine stands short of a moment of the log: whether it can still get there. */
    private void requireOnTheWay(StopReason reason, Position stop) {
        boolean onTheWay = machine.virtualNanos() <= stop.virtualNanos()
                && switch (reason) {
                    case STEP_LIMIT -> machine.steps() < stop.step();
                    case RESET, PROBE -> machine.steps() <= stop.step();
                    case IDLE, POWER_OFF, POWER_OFF_FAILED -> false;
                };
        if (onTheWay) {
            return;
        }
        InputEvent input = inputs.peek();
        boolean forInput = input != null && input.step() == stop.step() && input.virtualNanos() == stop.virtualNanos();
        String state = switch (reason) {
            case STEP_LIMIT, RESET, PROBE -> "runs";
            case IDLE -> "waits";
            case POWER_OFF, POWER_OFF_FAILED -> "is switched off";
        };
        check.differ(
                forInput ? Kind.INPUT_UNREACHABLE : Kind.MOMENT_UNREACHABLE,
                position(),
                forInput ? inputs.ordinal() : check.entry(),
                "the machine at step %,d, %,d ns".formatted(stop.step(), stop.virtualNanos()),
                "%s at step %,d, %,d ns".formatted(state, machine.steps(), machine.virtualNanos()));
    }

    @Override
    public void close() {
        try (trace;
                disks;
                check;
                var _ = inputs) {
            machine.close();
        }
    }
}
