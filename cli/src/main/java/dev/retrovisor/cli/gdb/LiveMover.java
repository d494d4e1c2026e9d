package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Hit;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;

/**
 * A machine that runs live, on a thread of its own: while a client is there it stands but for what the client wants, and
 * virtual time stands with it. Calls of {@link MachineObserver} are for the machine's thread, those of {@link Mover} for
 * the session's.
 */
public final class LiveMover implements MachineObserver, Mover {
    private static final long POLL_MILLIS = 20;

    private Machine machine;
    private boolean isHeld;
    private boolean isStanding;
    private boolean hasClient;
    private boolean isOver;
    private boolean isAbandoned;
    private long stepLimit = Long.MAX_VALUE;
    private Hit hit;

    /** @param waits whether the machine stands before its first step until a client comes */
    public LiveMover(boolean waits) {
        isHeld = waits;
    }

    // The machine's thread.

    @Override
    public synchronized void started(Machine newMachine) {
        machine = newMachine;
        notifyAll();
    }

    @Override
    public synchronized Appointment appointment() {
        return new Appointment(stepLimit, Long.MAX_VALUE);
    }

    @Override
    public synchronized void paused(Machine ignored) {
        if (hit != null || machine.steps() >= stepLimit) {
            isHeld = true;
        }
        stand();
    }

    private void stand() {
        isStanding = true;
        notifyAll();
        try {
            while (isHeld && !isAbandoned) {
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            isAbandoned = true;
        }
        isStanding = false;
    }

    /** The machine is there until the client has left. */
    @Override
    public synchronized void stopping(Machine ignored) {
        isOver = true;
        notifyAll();
        try {
            while (hasClient) {
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        machine = null;
    }

    /** Lets the machine go on for good, so that its run can be ended; from any thread. */
    public synchronized void abandon() {
        isAbandoned = true;
        notifyAll();
    }

    // The session's thread.

    @Override
    public synchronized void begin() {
        hasClient = true;
        isHeld = true;
        try {
            while (machine == null && !isOver || !isOver && !isStanding && !isAbandoned) {
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void end() {
        hasClient = false;
        go(Long.MAX_VALUE);
    }

    private void go(long newStepLimit) {
        stepLimit = newStepLimit;
        hit = null;
        isHeld = false;
        isStanding = false;
        notifyAll();
    }

    @Override
    public synchronized Machine machine() {
        if (machine == null) {
            throw new GdbError("the machine is gone");
        }
        return machine;
    }

    @Override
    public Position position() {
        return new Position(machine().steps(), machine().virtualNanos());
    }

    @Override
    public Optional<Timeline> timeline() {
        return Optional.empty();
    }

    @Override
    public synchronized Stop step(long steps, Watcher watcher) {
        if (steps < 0) {
            throw new GdbError("a machine that runs live goes forwards only: record it for this");
        }
        Stop.Cause cause = await(machine().steps() + steps, watcher);
        return new Stop(cause, position(), Optional.empty());
    }

    @Override
    public synchronized Stop run(Direction direction, List<? extends Trigger> triggers, Watcher watcher) {
        List<Trigger.Armed> armed = triggers.stream()
                .map(trigger -> trigger.arm(machine(), new StepFinder(what -> found(trigger, what))))
                .toList();
        Stop.Cause cause = await(Long.MAX_VALUE, watcher);
        armed.forEach(Trigger.Armed::remove);
        return new Stop(cause, position(), Optional.ofNullable(hit));
    }

    /** Called on the machine's thread, in the middle of a step. */
    private synchronized Verdict found(Trigger trigger, Object what) {
        if (hit == null) {
            hit = new Hit(trigger, position(), what);
        }
        return Verdict.STOP;
    }

    /** Lets the machine go on until it stands again. */
    private Stop.Cause await(long newStepLimit, Watcher watcher) {
        go(newStepLimit);
        boolean isCancelled = false;
        try {
            while (!isOver && !isAbandoned && !(isStanding && isHeld)) {
                wait(POLL_MILLIS);
                if (!isCancelled && watcher.isCancelled()) {
                    isCancelled = true;
                    isHeld = true;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            isCancelled = true;
        }
        boolean isThere = hit == null && machine().steps() >= stepLimit;
        stepLimit = Long.MAX_VALUE;
        if (isOver || isAbandoned) {
            return Stop.Cause.END;
        } else if (hit != null) {
            return Stop.Cause.HIT;
        }
        return isThere ? Stop.Cause.ARRIVED : Stop.Cause.CANCELLED;
    }
}
