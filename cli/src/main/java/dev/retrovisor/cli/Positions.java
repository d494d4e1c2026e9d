package dev.retrovisor.cli;

import dev.retrovisor.traces.Position;

/** Positions for people. */
public final class Positions {
    private Positions() {}

    /** {@code step 512,000,000, boot+0.516750s}. */
    public static String words(Position position) {
        return "step %s, boot+%ss".formatted(Text.count(position.step()), seconds(position.virtualNanos()));
    }

    /** {@code 0.516750}. */
    public static String seconds(long virtualNanos) {
        return Text.decimal(virtualNanos / 1e9, 6);
    }
}
