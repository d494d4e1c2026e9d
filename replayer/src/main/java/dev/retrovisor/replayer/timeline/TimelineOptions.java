package dev.retrovisor.replayer.timeline;

/**
 * What a timeline may use.
 *
 * @param memoryBytes for states that it keeps in memory, beside the machine itself
 * @param writesCheckpoints whether it may add checkpoints to the trace as it goes through new parts of it
 */
public record TimelineOptions(long memoryBytes, boolean writesCheckpoints) {
    private static final long DEFAULT_MEMORY_BYTES = 512L << 20;

    /** Half a gibibyte, and checkpoints where the trace can be written. */
    public static TimelineOptions standard() {
        return new TimelineOptions(DEFAULT_MEMORY_BYTES, true);
    }
}
