package dev.retrovisor.benchmarks;

import java.util.Arrays;

/** Of small samples. */
final class Statistics {
    private Statistics() {}

    /** @param values at least one */
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** @param values at least one, all positive */
    static double geometricMean(double... values) {
        return Math.exp(Arrays.stream(values).map(Math::log).sum() / values.length);
    }
}
