package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.time.Alarms;
import org.junit.jupiter.api.Test;

final class AclintTest {
    private static final long MTIMECMP = 0x4000;
    private static final long MTIME = 0xBFF8;

    private final Bench bench = new Bench();
    private int mtimeWrites;
    private final Aclint aclint = new Aclint(Bench.HARTS, bench.clock, bench.alarms, bench, () -> mtimeWrites++);

    private boolean mtip(int hart) {
        return bench.pin(hart, HartPins.MTIP);
    }

    @Test
    void aTickIsAHundredNanosecondsOfVirtualTime() {
        bench.clock.setSteps(250);
        assertEquals(2, aclint.mtime(), "250 ns are two whole ticks");
        assertEquals(2, aclint.read(MTIME, 8), "the register shows them");
        assertEquals(2, aclint.read(MTIME, 4), "also its low half");
        assertEquals(0, aclint.read(MTIME + 4, 4), "and its high half");
    }

    @Test
    void theTimerGoesOffAtTheFirstNanosecondOfItsTick() {
        bench.clock.setSteps(1234);
        aclint.write(MTIMECMP + 8, 8, 20);
        assertEquals(2000, bench.alarms.nextNanos(), "tick 20 begins at 2,000 ns");
        bench.skipTo(1999);
        assertFalse(mtip(1), "one nanosecond early");
        bench.skipTo(2000);
        assertTrue(mtip(1), "on time");
        assertFalse(mtip(0), "and hart 1 only");
        aclint.write(MTIMECMP + 8, 8, 21);
        assertFalse(mtip(1), "a later deadline takes the interrupt back");
    }

    @Test
    void aDeadlineInHalvesWorksAsOnRv32() {
        aclint.write(MTIMECMP, 4, -1);
        aclint.write(MTIMECMP + 4, 4, 0);
        aclint.write(MTIMECMP, 4, 7);
        assertEquals(7, aclint.read(MTIMECMP, 8), "both halves together");
        bench.skipTo(700);
        assertTrue(mtip(0), "goes off at tick 7");
    }

    @Test
    void deadlinesBeyondVirtualTimeNeverCome() {
        for (long tick : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / 100 + 1}) {
            aclint.write(MTIMECMP, 8, tick);
            assertFalse(mtip(0), "ticks are unsigned: " + Long.toUnsignedString(tick));
            assertEquals(Alarms.NEVER, aclint.nanosAtTick(tick), Long.toUnsignedString(tick));
            assertEquals(Alarms.NEVER, bench.alarms.nextNanos(), Long.toUnsignedString(tick));
        }
        long last = Long.MAX_VALUE / 100;
        assertEquals(last * 100, aclint.nanosAtTick(last), "the last tick that comes");
    }

    @Test
    void settingTheTimeMovesEveryDeadline() {
        aclint.write(MTIMECMP, 8, 1000);
        bench.skipTo(10_050);
        aclint.write(MTIME, 8, 990);
        assertEquals(1, mtimeWrites, "other users of mtime are told");
        assertEquals(990, aclint.mtime(), "set");
        assertEquals(11_000, aclint.nanosAtTick(1000), "ten ticks from the present one's start");
        assertEquals(11_000, bench.alarms.nextNanos(), "the alarm moved");
        assertEquals(10_050, aclint.nanosAtTick(990), "a tick that is here is now");
        assertEquals(10_050, aclint.nanosAtTick(3), "and so is one that is past");
        aclint.write(MTIME + 4, 4, 1);
        assertTrue(mtip(0), "far beyond the deadline");
        assertEquals((1L << 32) + 990, aclint.mtime(), "the high half alone");
    }

    @Test
    void theTimerInterruptFallsWhenTimeWraps() {
        aclint.write(MTIMECMP, 8, -2);
        aclint.write(MTIME, 8, -3);
        bench.skipTo(99);
        assertFalse(mtip(0), "not yet");
        bench.skipTo(100);
        assertTrue(mtip(0), "reached");
        bench.skipTo(299);
        assertTrue(mtip(0), "the last tick before the wrap");
        bench.skipTo(300);
        assertEquals(0, aclint.mtime(), "wrapped");
        assertFalse(mtip(0), "0 is below the deadline");
    }

    @Test
    void softwareInterruptsFollowTheirBit() {
        aclint.write(4 * 2, 4, 0xFFFF_FFFFL);
        assertTrue(bench.pin(2, HartPins.MSIP), "raised");
        assertEquals(1, aclint.read(4 * 2, 4), "only bit 0 is there");
        aclint.write(4 * 2, 4, 0xFFFF_FFFEL);
        assertFalse(bench.pin(2, HartPins.MSIP), "lowered");
        aclint.write(4 * Bench.HARTS, 4, 1);
        assertEquals(0, aclint.read(4 * Bench.HARTS, 4), "a hart that is not there");
    }

    @Test
    void aSavedTimerGoesOnInAnother() {
        bench.skipTo(777);
        aclint.write(MTIME, 8, 50);
        aclint.write(MTIMECMP + 24, 8, 60);
        aclint.write(0, 4, 1);
        var other = new Bench();
        var twin = new Aclint(Bench.HARTS, other.clock, other.alarms, other, () -> {});
        Bench.copy(aclint, twin);
        Bench.copy(bench.clock, other.clock);
        Bench.copy(bench.alarms, other.alarms);
        assertEquals(50, twin.mtime(), "same time");
        assertEquals(1, twin.read(0, 4), "same software interrupt");
        other.skipTo(1699);
        assertFalse(other.pin(3, HartPins.MTIP), "tick 60 begins at 1,700 ns");
        other.skipTo(1700);
        assertTrue(other.pin(3, HartPins.MTIP), "there");
    }

    @Test
    void noAccessThrowsAndResetStartsOver() {
        byte[] fresh = Bench.save(aclint);
        Bench.hammer(aclint, Aclint.WINDOW_BYTES, 3);
        for (long offset = 0; offset < Aclint.WINDOW_BYTES; offset += 4) {
            aclint.write(offset, 4, offset * 0x9E37_79B9L);
        }
        aclint.reset();
        assertArrayEquals(fresh, Bench.save(aclint), "reset at virtual time 0 is the power-on state");
        assertEquals(Alarms.NEVER, bench.alarms.nextNanos(), "no timer is set");
        bench.skipTo(5_000);
        aclint.reset();
        assertEquals(0, aclint.mtime(), "mtime starts over though virtual time goes on");
    }
}
