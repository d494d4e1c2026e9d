package dev.retrovisor.introspect.process;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;

/** Something that the scheduler does. */
public sealed interface SchedulingEvent extends GuestEvent {
    @Override
    default String stream() {
        return "sched";
    }

    /**
     * A hart leaves one thread, in whose name this is told, for another.
     *
     * @param state of the one that is left, as {@code ps} has it
     * @param preempted whether it wanted to run on
     */
    record Switched(Moment at, String state, boolean preempted, int nextPid, int nextTid, String nextComm)
            implements SchedulingEvent {
        @Override
        public String type() {
            return "switch";
        }

        @Override
        public String summary() {
            return "%s%s -> %s %d".formatted(state, preempted ? " (preempted)" : "", nextComm, nextTid);
        }
    }

    /** A thread, or an interrupt on top of it, wakes another. */
    record Woken(Moment at, int wokenPid, int wokenTid, String wokenComm) implements SchedulingEvent {
        @Override
        public String type() {
            return "wake";
        }

        @Override
        public String summary() {
            return "%s %d".formatted(wokenComm, wokenTid);
        }
    }
}
