package dev.retrovisor.machine.time;

import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is to happen at a virtual time: one {@link Alarm} for each reason, made when the board is built.
 *
 * <p>Alarms that are due at the same time go off in the order in which they were made. An alarm goes off between two
 * steps, at the first step whose virtual time is not before its deadline.
 */
public final class Alarms implements Stateful {
    /** The deadline of an alarm that is not set. */
    public static final long NEVER = Long.MAX_VALUE;

    private final List<Alarm> alarms = new ArrayList<>();

    @Derived("the least deadline of all alarms")
    private long nextNanos = NEVER;

    /** One reason to wake up. */
    public final class Alarm {
        private final Runnable action;
        private long deadlineNanos = NEVER;

        private Alarm(Runnable action) {
            this.action = action;
        }

        /** Goes off once virtual time reaches {@code virtualNanos}; replaces what was set before. */
        public void setAt(long virtualNanos) {
            deadlineNanos = virtualNanos;
            findNext();
        }

        public void cancel() {
            setAt(NEVER);
        }

        public boolean isSet() {
            return deadlineNanos != NEVER;
        }
    }

    /** Makes an alarm, not set yet. Boards make the same alarms in the same order every time. */
    public Alarm create(Runnable action) {
        var alarm = new Alarm(action);
        alarms.add(alarm);
        return alarm;
    }

    /** The virtual time of the next alarm, or {@link #NEVER}. */
    public long nextNanos() {
        return nextNanos;
    }

    /** Lets every alarm go off whose deadline is at or before {@code virtualNanos}, earliest first. */
    public void fireUntil(long virtualNanos) {
        while (nextNanos <= virtualNanos) {
            Alarm due = earliest();
            due.cancel();
            due.action.run();
        }
    }

    @Override
    public String name() {
        return "alarms";
    }

    @Override
    public void save(StateWriter out) {
        out.putInt(alarms.size());
        for (Alarm alarm : alarms) {
            out.putLong(alarm.deadlineNanos);
        }
    }

    @Override
    public void load(StateReader in) {
        int count = in.getInt();
        if (count != alarms.size()) {
            throw new StateFormatException("alarms: found %d, this board has %d".formatted(count, alarms.size()));
        }
        for (Alarm alarm : alarms) {
            alarm.deadlineNanos = in.getLong();
        }
        findNext();
    }

    private Alarm earliest() {
        for (Alarm alarm : alarms) {
            if (alarm.deadlineNanos == nextNanos) {
                return alarm;
            }
        }
        throw new IllegalStateException("no alarm at " + nextNanos + " ns");
    }

    private void findNext() {
        long least = NEVER;
        for (Alarm alarm : alarms) {
            least = Math.min(least, alarm.deadlineNanos);
        }
        nextNanos = least;
    }
}
