package dev.retrovisor.introspect.leak;

import java.util.ArrayList;
import java.util.List;

/**
 * How an amount went over virtual time, in at most {@link #MOST} samples: when there are more, every second one is dropped
 * and samples get twice as far apart.
 */
public final class Growth {
    static final int MOST = 32;
    private static final long FIRST_NANOS = 1_000_000;

    private final List<Sample> samples = new ArrayList<>();
    private long intervalNanos = FIRST_NANOS;

    /** What was held at a moment. */
    public record Sample(long virtualNanos, long bytes) {}

    /** Says what is held from a moment on; moments ascend. */
    void add(long virtualNanos, long bytes) {
        long slot = virtualNanos / intervalNanos;
        if (!samples.isEmpty() && samples.getLast().virtualNanos / intervalNanos == slot) {
            samples.removeLast();
        }
        samples.add(new Sample(virtualNanos, bytes));
        while (samples.size() > MOST) {
            intervalNanos *= 2;
            thin();
        }
    }

    /** Keeps the last sample of each interval. */
    private void thin() {
        List<Sample> kept = new ArrayList<>();
        for (Sample sample : samples) {
            if (!kept.isEmpty() && kept.getLast().virtualNanos / intervalNanos == sample.virtualNanos / intervalNanos) {
                kept.removeLast();
            }
            kept.add(sample);
        }
        samples.clear();
        samples.addAll(kept);
    }

    public List<Sample> samples() {
        return List.copyOf(samples);
    }
}
