package dev.retrovisor.machine.board;

/** Why {@code Machine.runTo} returned. */
public enum StopReason {
    /** The step limit was reached. */
    STEP_LIMIT,
    /** Every hart waits, and nothing happens by itself before the idle limit. */
    IDLE,
    /** The guest switched the machine off. */
    POWER_OFF,
    /** The guest switched the machine off and reported a failure. */
    POWER_OFF_FAILED,
    /** A probe asked for it; the machine goes on as after {@link #STEP_LIMIT}. */
    PROBE,
    /** The guest asked for a restart: call {@code reset} and go on, or stop here. */
    RESET
}
