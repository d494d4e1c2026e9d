package dev.retrovisor.recorder;

import dev.retrovisor.traces.EndReason;

/** Why a run ended. */
public enum StopCause {
    /** The guest switched the machine off. */
    POWER_OFF(EndReason.POWER_OFF),
    /** The guest switched the machine off and reported a failure: a kernel panic, for one. */
    POWER_OFF_FAILED(EndReason.POWER_OFF_FAILED),
    /** The guest asked for a restart, which was to end the run. */
    RESET(EndReason.RESET),
    /** The person at the terminal left. */
    LEFT(EndReason.STOPPED),
    /** The process was told to end: SIGINT, SIGTERM or SIGHUP; the detail is its name. */
    SIGNAL(EndReason.STOPPED),
    /** The caller asked for the end. */
    REQUESTED(EndReason.STOPPED),
    /** Whoever read the guest's output has gone. */
    OUTPUT_CLOSED(EndReason.STOPPED),
    /** Every hart waits, and nothing is left that could wake one. */
    NOTHING_TO_WAIT_FOR(EndReason.STOPPED),
    /** The guest waited long for input, of which there will be no more. */
    INPUT_ENDED(EndReason.STOPPED),
    /** The limit of steps is reached. */
    STEP_LIMIT(EndReason.LIMIT),
    /** The moment at which the run was to end. */
    MOMENT_REACHED(EndReason.LIMIT),
    /** The limit of time is reached. */
    TIMEOUT(EndReason.LIMIT),
    /** The disk under the trace is full; the trace is good up to its last flush. */
    TRACE_FULL(EndReason.TRACE_FULL),
    /** Something on the host failed; the detail says what. */
    HOST_FAILED(EndReason.FAILED);

    private final EndReason endReason;

    StopCause(EndReason endReason) {
        this.endReason = endReason;
    }

    /** As what it stands in a trace. */
    public EndReason endReason() {
        return endReason;
    }
}
