package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.Machine;

/**
 * Something to stop at. It is armed for a run forwards through some stretch of the trace, also where the user goes
 * backwards, and may be armed many times; it must not remember anything from one time to the next.
 */
public interface Trigger {
    /**
     * Sets probes that tell {@code finder} of each occurrence.
     *
     * @param machine stands at the stretch's beginning
     */
    Armed arm(Machine machine, Finder finder);

    /** Whether it stops a run forwards before the step in which it occurs; else behind that step. */
    default boolean stopsBefore() {
        return false;
    }

    /**
     * Whether it may occur in a stretch; false spares the stretch.
     *
     * @param written which pages of RAM were written in it
     */
    default boolean mayOccur(WrittenPages written) {
        return true;
    }

    /** Probes that are set. */
    @FunctionalInterface
    interface Armed {
        /** Takes them away. */
        void remove();
    }

    /** Tells, for a stretch of the trace, whether a page of RAM may have been written in it. */
    @FunctionalInterface
    interface WrittenPages {
        /** @param page index of the page in RAM */
        boolean mayContain(long page);
    }
}
