package dev.retrovisor.recorder;

/**
 * How many steps the machine makes between two looks at the outside: about five milliseconds' worth, so that keys are
 * timely and looking costs nothing.
 */
final class StretchLength {
    private static final long AIM_NANOS = 5_000_000;
    private static final long LEAST_STEPS = 1_000;
    private static final long MOST_STEPS = 50_000_000;

    private long steps = 100_000;

    long steps() {
        return steps;
    }

    /** Learns from a stretch of which all steps were made. */
    void took(long stretchSteps, long nanos) {
        long fitting = (long) (stretchSteps * ((double) AIM_NANOS / Math.max(1, nanos)));
        steps = Math.clamp(fitting, Math.max(LEAST_STEPS, steps / 2), Math.min(MOST_STEPS, steps * 2));
    }
}
