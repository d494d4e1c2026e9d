package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.time.Alarms;
import org.junit.jupiter.api.Test;

/** Registers: time 0x00 and 0x04, alarm 0x08 and 0x0C, enable 0x10, clear alarm 0x14, status 0x18, clear irq 0x1C. */
final class GoldfishRtcTest {
    private static final long NEW_YEAR_2026 = 1_767_225_600_000_000_000L;

    private final Bench bench = new Bench();
    private final GoldfishRtc rtc = new GoldfishRtc(bench.clock, bench.alarms, bench::setIrq);

    private long readTime() {
        long low = rtc.read(0x00, 4);
        return rtc.read(0x04, 4) << 32 | low;
    }

    private void setAlarm(long epochNanos) {
        rtc.write(0x0C, 4, epochNanos >>> 32);
        rtc.write(0x08, 4, epochNanos);
    }

    @Test
    void timeStartsAtZeroAndRunsOnFromTheWallClock() {
        bench.skipTo(500);
        assertEquals(500, readTime(), "no wall clock yet: time since power-on");
        rtc.setWallClock(NEW_YEAR_2026);
        assertEquals(NEW_YEAR_2026, readTime(), "set");
        bench.skipTo(1_500);
        assertEquals(NEW_YEAR_2026 + 1_000, readTime(), "and runs on virtual time");
    }

    @Test
    void readingTheLowHalfLatchesTheHighOne() {
        rtc.setWallClock(0x1_FFFF_FFFFL);
        assertEquals(0xFFFF_FFFFL, rtc.read(0, 4), "low");
        bench.skipTo(1);
        assertEquals(1, rtc.read(4, 4), "high as it was then");
        assertEquals(0, rtc.read(0, 4), "low again");
        assertEquals(2, rtc.read(4, 4), "and its high");
    }

    @Test
    void theGuestCanSetTheTime() {
        rtc.write(0x04, 4, NEW_YEAR_2026 >>> 32);
        rtc.write(0x00, 4, NEW_YEAR_2026);
        bench.skipTo(10);
        assertEquals(NEW_YEAR_2026 + 10, readTime(), "as Linux does: high, then low");
    }

    @Test
    void theAlarmInterruptsAtItsTime() {
        rtc.setWallClock(NEW_YEAR_2026);
        rtc.write(0x10, 4, 1);
        setAlarm(NEW_YEAR_2026 + 700);
        assertEquals(1, rtc.read(0x18, 4), "running");
        assertEquals(NEW_YEAR_2026 + 700, rtc.read(0x0C, 4) << 32 | rtc.read(0x08, 4), "reads back");
        bench.skipTo(699);
        assertFalse(bench.irq, "not yet");
        bench.skipTo(700);
        assertTrue(bench.irq, "now");
        assertEquals(0, rtc.read(0x18, 4), "ran out");
        rtc.write(0x1C, 4, 1);
        assertFalse(bench.irq, "cleared");
    }

    @Test
    void aPastAlarmGoesOffAtOnceAndAClearedOneNever() {
        rtc.setWallClock(NEW_YEAR_2026);
        setAlarm(NEW_YEAR_2026);
        assertFalse(bench.irq, "interrupt not enabled");
        rtc.write(0x10, 4, 1);
        assertTrue(bench.irq, "pending all along");
        rtc.write(0x1C, 4, 1);
        setAlarm(NEW_YEAR_2026 + 50);
        rtc.write(0x14, 4, 1);
        bench.skipTo(1_000);
        assertFalse(bench.irq, "cleared before its time");
    }

    @Test
    void aNewWallClockMovesTheAlarm() {
        rtc.write(0x10, 4, 1);
        setAlarm(1_000_000);
        rtc.setWallClock(999_000);
        assertEquals(1_000, bench.alarms.nextNanos(), "nearer now");
        rtc.setWallClock(2_000_000);
        assertTrue(bench.irq, "passed over");
        setAlarm(-1);
        assertEquals(Alarms.NEVER, bench.alarms.nextNanos(), "beyond virtual time");
    }

    @Test
    void aSavedClockGoesOnInAnother() {
        bench.skipTo(123);
        rtc.setWallClock(NEW_YEAR_2026);
        rtc.write(0x10, 4, 1);
        setAlarm(NEW_YEAR_2026 + 77);
        rtc.read(0, 4);
        var other = new Bench();
        var twin = new GoldfishRtc(other.clock, other.alarms, other::setIrq);
        Bench.copy(rtc, twin);
        Bench.copy(bench.clock, other.clock);
        Bench.copy(bench.alarms, other.alarms);
        assertEquals(NEW_YEAR_2026 >>> 32, twin.read(4, 4), "the latch is state");
        other.skipTo(200);
        assertTrue(other.irq, "the alarm is state");
    }

    @Test
    void noAccessThrowsAndResetKeepsOnlyTheTime() {
        rtc.setWallClock(NEW_YEAR_2026);
        Bench.hammer(rtc, GoldfishRtc.WINDOW_BYTES, 9);
        rtc.setWallClock(NEW_YEAR_2026);
        rtc.reset();
        assertFalse(bench.irq, "no interrupt");
        assertEquals(0, rtc.read(0x08, 4) | rtc.read(0x10, 4) | rtc.read(0x18, 4), "no alarm");
        assertEquals(Alarms.NEVER, bench.alarms.nextNanos(), "not set either");
        assertEquals(NEW_YEAR_2026, readTime(), "the battery keeps the time");
    }
}
