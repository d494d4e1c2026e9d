package dev.retrovisor.recorder;

/**
 * Ties virtual time to the wall clock while a machine idles: virtual time that busy harts fell behind is made up for,
 * time that they ran ahead is forgiven, as waiting for the wall clock would stall the guest.
 */
final class WallPace {
    private final long startNanos;
    private long forgivenNanos;

    WallPace(long startNanos) {
        this.startNanos = startNanos;
    }

    /** Up to which virtual time an idle machine may go now. */
    long idleLimitNanos(long nowNanos) {
        return nowNanos - startNanos + forgivenNanos;
    }

    /** Says that the machine idles at this virtual time. */
    void idles(long virtualNanos, long nowNanos) {
        forgivenNanos += Math.max(0, virtualNanos - idleLimitNanos(nowNanos));
    }
}
