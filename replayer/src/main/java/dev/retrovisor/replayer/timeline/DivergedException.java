package dev.retrovisor.replayer.timeline;

import dev.retrovisor.replayer.Divergence;

/** A replay disagrees with its recording: what lies behind can't be reached. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Divergence divergence;

    public DivergedException(Divergence divergence) {
        super(divergence.report());
        this.divergence = divergence;
    }

    public Divergence divergence() {
        return divergence;
    }
}
