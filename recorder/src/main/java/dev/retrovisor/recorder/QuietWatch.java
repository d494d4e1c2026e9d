package dev.retrovisor.recorder;

/** Notices a guest that has long done next to nothing and let nothing out. */
final class QuietWatch {
    /** Steps in a thousand nanoseconds of virtual time, of which there are a thousand, that still count as nothing. */
    private static final long BUSY_STEPS_PER_THOUSAND = 50;

    private final long limitNanos;
    private long sinceStep;
    private long sinceNanos;
    private long seenEvents;

    /** A watch that begins at a moment. */
    QuietWatch(long limitNanos, long step, long virtualNanos) {
        this.limitNanos = limitNanos;
        sinceStep = step;
        sinceNanos = virtualNanos;
    }

    /** @param events number of inputs and device events so far */
    boolean quietTooLong(long step, long virtualNanos, long events) {
        long spanNanos = virtualNanos - sinceNanos;
        if (events != seenEvents) {
            seenEvents = events;
            sinceStep = step;
            sinceNanos = virtualNanos;
            return false;
        }
        if (spanNanos < limitNanos) {
            return false;
        }
        if ((step - sinceStep) > spanNanos / 1000 * BUSY_STEPS_PER_THOUSAND) {
            sinceStep = step;
            sinceNanos = virtualNanos;
            return false;
        }
        return true;
    }
}
