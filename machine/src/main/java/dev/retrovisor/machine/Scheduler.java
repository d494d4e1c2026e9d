package dev.retrovisor.machine;

import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import java.util.List;

/**
 * Whose turn it is: harts run one at a time, in turn, for a quantum of steps each. A hart that waits or is stopped is
 * passed over; one that waits for others ({@code pause}, WFI) gives up the rest of its turn.
 */
final class Scheduler implements Stateful {
    @Derived("wiring: parts of their own")
    private final List<Hart> harts;

    private final long quantumSteps;
    private int current;
    private long quantumEnd;

    Scheduler(List<Hart> harts, long quantumSteps) {
        this.harts = harts;
        this.quantumSteps = quantumSteps;
    }

    /** The hart to run next, or null if all wait; wakes it if an interrupt ends its waiting. */
    Hart pick(long steps) {
        int next = next(steps);
        if (next < 0) {
            return null;
        }
        boolean goesOn = next == current && steps < quantumEnd;
        if (!goesOn) {
            if (next != current) {
                // Another hart may write where this one holds a reservation.
                harts.get(current).state().set(HartState.RESERVATION, HartState.NO_RESERVATION);
            }
            current = next;
            quantumEnd = steps + quantumSteps;
        }
        Hart hart = harts.get(next);
        hart.state().set(HartState.WAITING, 0);
        return hart;
    }

    /** The number of the hart that {@link #pick} would give now, or -1; changes nothing. */
    int next(long steps) {
        if (steps < quantumEnd && canRun(harts.get(current))) {
            return current;
        }
        for (int i = 1; i <= harts.size(); i++) {
            int next = (current + i) % harts.size();
            if (canRun(harts.get(next))) {
                return next;
            }
        }
        return -1;
    }

    /** Whether a hart has something to do. */
    private static boolean canRun(Hart hart) {
        HartState state = hart.state();
        return state.get(HartState.LIFE) == HartState.STARTED
                && (state.get(HartState.WAITING) == 0 || hart.hasWakeup());
    }

    /** First step that is not the present hart's any more. */
    long quantumEnd() {
        return quantumEnd;
    }

    /** The present hart gives up the rest of its turn. */
    void endQuantum() {
        quantumEnd = 0;
    }

    /** The only hart gave up the rest of its turn at a step and was given the next one. */
    void beginQuantum(long step) {
        quantumEnd = step + quantumSteps;
    }

    void reset() {
        current = 0;
        quantumEnd = 0;
    }

    @Override
    public String name() {
        return "scheduler";
    }

    @Override
    public void save(StateWriter out) {
        out.putInt(current);
        out.putLong(quantumEnd);
    }

    @Override
    public void load(StateReader in) {
        current = in.getInt();
        if (current < 0 || current >= harts.size()) {
            throw new StateFormatException("scheduler: hart %d of %d".formatted(current, harts.size()));
        }
        quantumEnd = in.getLong();
    }
}
