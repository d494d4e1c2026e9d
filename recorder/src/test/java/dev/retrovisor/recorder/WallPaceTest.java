package dev.retrovisor.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class WallPaceTest {
    private static final long SECOND = 1_000_000_000;
    private static final long CATCH_UP = 2_000_000;

    @Test
    void aWaitTakesTheGuestAsLongAsTheHostAfterABusyTimeToo() {
        var pace = new WallPace(0, 0);
        long busyUntil = SECOND / 10;

        pace.wasBusy(busyUntil, SECOND);

        assertEquals(busyUntil + CATCH_UP, pace.idleLimitNanos(SECOND), "what a busy second lost is not made up for");
        assertEquals(busyUntil + CATCH_UP + 2 * SECOND, pace.idleLimitNanos(3 * SECOND), "two seconds are two seconds");
    }

    @Test
    void timeThatTheGuestRanAheadIsForgiven() {
        var pace = new WallPace(0, 0);

        pace.idles(2 * SECOND, SECOND);

        assertEquals(2 * SECOND, pace.idleLimitNanos(SECOND));
        assertEquals(2 * SECOND + 1000, pace.idleLimitNanos(SECOND + 1000));
    }
}
