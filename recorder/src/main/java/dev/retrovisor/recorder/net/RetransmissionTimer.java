package dev.retrovisor.recorder.net;

/**
 * The retransmission time-out of RFC 6298, with a floor of 200 ms where the RFC has a second: the link is a queue in this
 * process, only the guest's own pace counts.
 */
final class RetransmissionTimer {
    static final long NEVER = Long.MAX_VALUE;
    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long FLOOR_NANOS = 200_000_000L;
    private static final long CEILING_NANOS = 60_000_000_000L;
    private final int maxRetries;
    private long smoothedNanos;
    private long deviationNanos;
    private int backoff;
    private int retries;
    private long deadlineNanos = NEVER;

    /** @param maxRetries how often it may go off without progress */
    RetransmissionTimer(int maxRetries) {
        this.maxRetries = maxRetries;
    }

    long deadline() {
        return deadlineNanos;
    }

    boolean isArmed() {
        return deadlineNanos != NEVER;
    }

    void arm(long nowNanos) {
        long base = smoothedNanos == 0 ? FIRST_NANOS : Math.max(FLOOR_NANOS, smoothedNanos + 4 * deviationNanos);
        deadlineNanos = nowNanos + Math.min(base << Math.min(backoff, 20), CEILING_NANOS);
    }

    void disarm() {
        deadlineNanos = NEVER;
    }

    /** It went off: waits longer from now on. False when it did so too often. */
    boolean expire() {
        deadlineNanos = NEVER;
        backoff++;
        return ++retries <= maxRetries;
    }

    void progress() {
        backoff = 0;
        retries = 0;
    }

    /** The guest lives, though it takes nothing: its window may stay closed for as long as it likes. */
    void alive() {
        retries = 0;
    }

    void measured(long roundTripNanos) {
        if (smoothedNanos == 0) {
            smoothedNanos = Math.max(1, roundTripNanos);
            deviationNanos = roundTripNanos / 2;
        } else {
            deviationNanos += (Math.abs(smoothedNanos - roundTripNanos) - deviationNanos) / 4;
            smoothedNanos = Math.max(1, smoothedNanos + (roundTripNanos - smoothedNanos) / 8);
        }
    }
}
