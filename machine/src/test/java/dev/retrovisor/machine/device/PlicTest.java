package dev.retrovisor.machine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Chapter names are those of the RISC-V Platform-Level Interrupt Controller Specification, 1.0.0. */
final class PlicTest {
    private final Bench bench = new Bench();
    private final Plic plic = new Plic(Bench.HARTS, bench);

    private void prioritize(int source, int priority) {
        plic.write(4L * source, 4, priority);
    }

    private void enable(int context, int source) {
        long word = 0x2000 + 0x80L * context + 4L * (source / 32);
        plic.write(word, 4, plic.read(word, 4) | 1L << source % 32);
    }

    private void setThreshold(int context, int threshold) {
        plic.write(0x20_0000 + 0x1000L * context, 4, threshold);
    }

    private int claim(int context) {
        return (int) plic.read(0x20_0004 + 0x1000L * context, 4);
    }

    private void complete(int context, int source) {
        plic.write(0x20_0004 + 0x1000L * context, 4, source);
    }

    private boolean isPending(int source) {
        return (plic.read(0x1000 + 4L * (source / 32), 4) >> source % 32 & 1) != 0;
    }

    private boolean seip(int hart) {
        return bench.pin(hart, HartPins.SEIP);
    }

    @Test
    void anEnabledSourceReachesExactlyItsContext() {
        prioritize(10, 1);
        enable(3, 10);
        plic.line(10).set(true);

        assertTrue(seip(1), "context 3 is supervisor mode of hart 1");
        assertFalse(bench.pin(1, HartPins.MEIP), "context 2 did not enable it");
        assertFalse(seip(0), "nor did hart 0");
        assertEquals(10, claim(3), "the claim names the source");
        assertFalse(seip(1), "claimed: nothing left to take");
        assertEquals(0, claim(3), "and no second claim");
    }

    /** "Interrupt Gateways": a level that stays high is one request until it has been completed. */
    @Test
    void aLevelThatStaysHighInterruptsAgainAfterCompletion() {
        prioritize(40, 3);
        enable(1, 40);
        plic.line(40).set(true);
        assertEquals(40, claim(1), "first");
        assertFalse(isPending(40), "the gateway holds back");
        complete(1, 40);
        assertTrue(seip(0), "still high: a new request");
        assertEquals(40, claim(1), "second");
        plic.line(40).set(false);
        complete(1, 40);
        assertFalse(seip(0), "low at completion: no request");
        plic.line(40).set(true);
        plic.line(40).set(false);
        assertEquals(40, claim(1), "a request taken back before its claim stays pending");
    }

    @Test
    void theHighestPriorityGoesFirstAndTheLowestNumberAmongEquals() {
        for (int source : new int[] {95, 33, 7, 64}) {
            prioritize(source, source == 64 ? 7 : 2);
            enable(0, source);
            plic.line(source).set(true);
        }
        assertTrue(bench.pin(0, HartPins.MEIP), "context 0 is machine mode of hart 0");
        for (int expected : new int[] {64, 7, 33, 95, 0}) {
            assertEquals(expected, claim(0), "by priority, then by number");
        }
    }

    /** "Priority Thresholds": the threshold masks interrupts of its value and below; a claim does not look at it. */
    @Test
    void theThresholdMasksTheInterruptButNotTheClaim() {
        prioritize(5, 4);
        enable(1, 5);
        setThreshold(1, 4);
        plic.line(5).set(true);
        assertFalse(seip(0), "4 is not above 4");
        setThreshold(1, 3);
        assertTrue(seip(0), "4 is above 3");
        setThreshold(1, 7);
        assertFalse(seip(0), "nothing is above 7");
        assertEquals(5, claim(1), "a claim takes it all the same");
    }

    @Test
    void priorityZeroNeverInterrupts() {
        enable(1, 5);
        plic.line(5).set(true);
        assertTrue(isPending(5), "pending");
        assertFalse(seip(0), "but without priority");
        assertEquals(0, claim(1), "and not to be claimed");
        prioritize(5, 1);
        assertTrue(seip(0), "until it has one");
    }

    /** "Interrupt Completion": ignored if the source is not enabled for the context. */
    @Test
    void aCompletionCountsOnlyFromAContextThatEnablesTheSource() {
        prioritize(5, 1);
        enable(1, 5);
        plic.line(5).set(true);
        claim(1);
        complete(3, 5);
        assertFalse(seip(0), "context 3 has not enabled source 5");
        complete(1, 5);
        assertTrue(seip(0), "context 1 has");
        complete(1, 0);
        complete(1, 96);
        complete(1, -1);
    }

    @Test
    void sourceZeroAndRegistersBeyondTheEndDoNotExist() {
        plic.write(0, 4, 7);
        plic.write(0x2000, 4, -1);
        assertEquals(0, plic.read(0, 4), "source 0 has no priority");
        assertEquals(0xFFFF_FFFEL, plic.read(0x2000, 4), "nor an enable bit");
        plic.write(4 * 96, 4, 7);
        assertEquals(0, plic.read(4 * 96, 4), "95 is the last source");
        plic.write(4, 4, 0xFF);
        assertEquals(7, plic.read(4, 4), "priorities have three bits");
        assertThrows(IllegalArgumentException.class, () -> plic.line(96), "the board must not wire it");
    }

    @Test
    void aSavedControllerGoesOnInAnother() {
        prioritize(5, 1);
        prioritize(70, 2);
        enable(1, 5);
        enable(1, 70);
        plic.line(5).set(true);
        plic.line(70).set(true);
        claim(1);
        var other = new Bench();
        var twin = new Plic(Bench.HARTS, other);
        Bench.copy(plic, twin);
        assertEquals(5, twin.read(0x20_1004, 4), "5 was pending");
        twin.write(0x20_1004, 4, 70);
        assertTrue(other.pin(0, HartPins.SEIP), "70 was in service and its wire is high");
    }

    @Test
    void noAccessThrowsAndResetStartsOver() {
        byte[] fresh = Bench.save(plic);
        for (int source = 1; source < Plic.SOURCES; source++) {
            plic.line(source).set(source % 2 == 0);
        }
        Bench.hammer(plic, Plic.WINDOW_BYTES, 1);
        for (long offset = 0; offset < Plic.WINDOW_BYTES; offset += 4) {
            plic.write(offset, 4, offset * 0x9E37_79B9L);
            plic.read(offset, 4);
        }
        Bench.copy(plic, new Plic(Bench.HARTS, new Bench()));
        plic.reset();
        assertArrayEquals(fresh, Bench.save(plic), "reset is the power-on state");
        for (int hart = 0; hart < Bench.HARTS; hart++) {
            assertFalse(seip(hart) || bench.pin(hart, HartPins.MEIP), "no interrupt is left");
        }
    }
}
