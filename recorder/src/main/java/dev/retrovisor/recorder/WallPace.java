package dev.retrovisor.recorder;

/**
 * Ties virtual time to the wall clock while a machine idles: a wait takes the guest as long as it takes the host.
 *
 * <p>Time that busy harts fell behind is not made up for, but for a little: if it were, the guest's timers would run out
 * while the answer that it waits for is still under way. Time that they ran ahead is forgiven, as waiting for the wall
 * clock would stall the guest.
 */
final class WallPace {
    /** Spares short waits, as for a disk, a sleep of the host's. */
    private static final long MOST_CATCH_UP_NANOS = 2_000_000;

    private final long startNanos;
    private long forgivenNanos;

    /** @param virtualNanos virtual time at the start */
    WallPace(long startNanos, long virtualNanos) {
        this.startNanos = startNanos - virtualNanos;
    }

    /** Up to which virtual time an idle machine may go now. */
    long idleLimitNanos(long nowNanos) {
        return nowNanos - startNanos + forgivenNanos;
    }

    /** Says that the machine was busy until now, and stands at this virtual time. */
    void wasBusy(long virtualNanos, long nowNanos) {
        forgivenNanos -= Math.max(0, idleLimitNanos(nowNanos) - virtualNanos - MOST_CATCH_UP_NANOS);
    }

    /** Says that the machine idles at this virtual time. */
    void idles(long virtualNanos, long nowNanos) {
        forgivenNanos += Math.max(0, virtualNanos - idleLimitNanos(nowNanos));
    }
}
