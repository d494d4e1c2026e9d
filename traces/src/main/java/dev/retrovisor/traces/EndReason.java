package dev.retrovisor.traces;

import java.util.Optional;

/** Why a recording ended; the code stands in traces. */
public enum EndReason {
    /** The guest switched the machine off. */
    POWER_OFF(1),
    /** The guest switched the machine off and reported a failure. */
    POWER_OFF_FAILED(2),
    /** The guest asked for a restart and the recording was not to go on after one. */
    RESET(3),
    /** The person at the machine left. */
    STOPPED(4),
    /** A limit of steps or time that was asked for is reached. */
    LIMIT(5),
    /** The disk under the trace is full. */
    TRACE_FULL(6),
    /** The recorder failed; the detail says how. */
    FAILED(7);

    private final int code;

    EndReason(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Optional<EndReason> ofCode(int code) {
        for (EndReason reason : values()) {
            if (reason.code == code) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }
}
