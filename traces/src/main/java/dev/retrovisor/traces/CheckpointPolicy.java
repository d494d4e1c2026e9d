package dev.retrovisor.traces;

/**
 * When a machine that runs is due for a checkpoint, and how much room those that nobody named may have.
 *
 * @param leastNanos host time between two at least
 * @param sparing a checkpoint is due when so many times its cost has passed since the last one
 * @param leastSteps steps between two at least: a machine that sleeps is replayed at once
 * @param budgetBytes what all files of checkpoints may take; beyond that automatic ones are dropped, evenly over the run
 */
public record CheckpointPolicy(long leastNanos, int sparing, long leastSteps, long budgetBytes) {
    public static final long DEFAULT_BUDGET_BYTES = 1L << 30;

    /** The least that a budget can be: less would be spent on every run, and hold nothing. */
    public static final long LEAST_BUDGET_BYTES = 1L << 20;

    private static final long TENTH_OF_A_SECOND = 100_000_000;

    /** So that both threads together spend a fiftieth of a run on them. */
    private static final int RECORDING_SPARING = 50;

    /** Some 50 ms of replay. */
    private static final long RECORDING_STEPS = 20_000_000;

    public CheckpointPolicy {
        if (leastNanos < 0 || sparing < 0 || leastSteps < 0 || budgetBytes < LEAST_BUDGET_BYTES) {
            throw new IllegalArgumentException("checkpoints every %d ns or %d steps in %d bytes: too small"
                    .formatted(leastNanos, leastSteps, budgetBytes));
        }
    }

    /** For a recording, which must not notice them. */
    public static CheckpointPolicy recording() {
        return new CheckpointPolicy(TENTH_OF_A_SECOND, RECORDING_SPARING, RECORDING_STEPS, DEFAULT_BUDGET_BYTES);
    }

    /** For a replay: so close that every position is near one afterwards. */
    public static CheckpointPolicy replaying() {
        return new CheckpointPolicy(TENTH_OF_A_SECOND, 0, 0, DEFAULT_BUDGET_BYTES);
    }

    /** At a distance on the host's clock, whatever it costs. */
    public CheckpointPolicy every(long nanos) {
        return new CheckpointPolicy(nanos, 0, 0, budgetBytes);
    }

    public CheckpointPolicy within(long bytes) {
        return new CheckpointPolicy(leastNanos, sparing, leastSteps, bytes);
    }
}
