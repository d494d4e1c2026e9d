package dev.retrovisor.replayer;

/** The listener cancelled a replay that was on the way to where another begins. */
public final class ReplayCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReplayCancelledException() {
        super("cancelled on the way to where the trace begins");
    }
}
