package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Physical memory protection (privileged manual, "Physical Memory Protection"). */
final class PmpTest {
    private static final int R = 1;
    private static final int W = 2;
    private static final int X = 4;
    private static final int TOR = 1 << 3;
    private static final int NA4 = 2 << 3;
    private static final int NAPOT = 3 << 3;
    private static final int LOCK = 0x80;

    /** Data that the regions are about: a whole page at RAM + 0x10000. */
    private static final String DATA = "RAM + 0x10000";

    /** Region 7 lets everything at everything; lower regions go first. */
    private static final String REST = "li t0, -1; csrw pmpaddr7, t0; li s11, 0x1f << 56\n";

    private static String region(int number, String address, int config) {
        return "li t0, %s; csrw pmpaddr%d, t0; li t0, %d << %d; or s11, s11, t0\n"
                .formatted(address, number, config, number * 8);
    }

    private static String napot(int number, String address, long sizeBytes, int config) {
        return region(number, "(%s) >> 2 | %d".formatted(address, sizeBytes / 8 - 1), config | NAPOT);
    }

    /** Runs one access to {@link #DATA} plus an offset; the cause of its trap, or 0. */
    private static long cause(String regions, int privilege, String access) {
        var machine = TinyMachine.running(TRAPS + REST + regions + "csrw pmpcfg0, s11\nli a1, " + DATA
                + enter(privilege, "at") + "at: " + access + DONE);
        machine.step(300);
        boolean trapped = machine.pc() == machine.label("trap");
        assertEquals(trapped, machine.pc() != machine.label("done"));
        return machine.csr("mcause");
    }

    @Test
    void withoutARegionOnlyMachineModeHasAccess() {
        var machine = TinyMachine.running(TRAPS + enter(1, "at") + "at: nop" + DONE);
        machine.runTo("trap");
        assertEquals(Cause.INSTRUCTION_ACCESS_FAULT, machine.csr("mcause"));
        assertEquals(machine.label("at"), machine.csr("mtval"));
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void permissionsHoldForSupervisorAndUser(int privilege) {
        String readOnly = napot(0, DATA, 4096, R);
        assertEquals(0, cause(readOnly, privilege, "ld a0, 8(a1)"));
        assertEquals(Cause.STORE_ACCESS_FAULT, cause(readOnly, privilege, "sd a0, 8(a1)"));
        assertEquals(Cause.STORE_ACCESS_FAULT, cause(readOnly, privilege, "amoadd.d a0, a0, (a1)"));
        assertEquals(Cause.INSTRUCTION_ACCESS_FAULT, cause(readOnly, privilege, "jr a1"));
        assertEquals(0, cause(napot(0, DATA, 4096, R | W), privilege, "sd a0, 8(a1)"));
        assertEquals(Cause.LOAD_ACCESS_FAULT, cause(napot(0, DATA, 4096, X), privilege, "ld a0, 8(a1)"));
    }

    @Test
    void machineModeIsBoundByLockedRegionsOnly() {
        assertEquals(0, cause(napot(0, DATA, 4096, 0), 3, "sd a0, 0(a1)"));
        assertEquals(Cause.STORE_ACCESS_FAULT, cause(napot(0, DATA, 4096, R | LOCK), 3, "sd a0, 0(a1)"));
        assertEquals(0, cause(napot(0, DATA, 4096, R | LOCK), 3, "ld a0, 0(a1)"));
    }

    @Test
    void theLowestMatchingRegionDecides() {
        String shadowed = napot(0, DATA, 64, 0) + napot(1, DATA, 4096, R | W);
        assertEquals(Cause.LOAD_ACCESS_FAULT, cause(shadowed, 1, "ld a0, 56(a1)"));
        assertEquals(0, cause(shadowed, 1, "ld a0, 64(a1)"));
    }

    /** "The matching PMP entry must match all bytes of an access, or the access fails". */
    @Test
    void anAccessOverARegionsEdgeFails() {
        String small = napot(0, DATA, 64, R | W);
        assertEquals(0, cause(small, 1, "ld a0, 56(a1)"));
        assertEquals(Cause.LOAD_ACCESS_FAULT, cause(small, 1, "ld a0, 60(a1)"));
        assertEquals(0, cause(small, 1, "ld a0, 64(a1)"));
    }

    @Test
    void fourBytesAndRangesAreMatchedExactly() {
        String four = region(0, "(%s) + 8 >> 2".formatted(DATA), NA4);
        assertEquals(0, cause(four, 1, "lw a0, 4(a1)"));
        assertEquals(Cause.LOAD_ACCESS_FAULT, cause(four, 1, "lb a0, 11(a1)"));
        assertEquals(0, cause(four, 1, "lw a0, 12(a1)"));
        String range =
                region(0, "(%s) + 16 >> 2".formatted(DATA), 0) + region(1, "(%s) + 48 >> 2".formatted(DATA), TOR);
        assertEquals(0, cause(range, 1, "ld a0, 8(a1)"));
        assertEquals(Cause.LOAD_ACCESS_FAULT, cause(range, 1, "lb a0, 16(a1)"));
        assertEquals(Cause.LOAD_ACCESS_FAULT, cause(range, 1, "lb a0, 47(a1)"));
        assertEquals(0, cause(range, 1, "ld a0, 48(a1)"));
        String empty =
                region(0, "(%s) + 48 >> 2".formatted(DATA), 0) + region(1, "(%s) + 16 >> 2".formatted(DATA), TOR);
        assertEquals(0, cause(empty, 1, "ld a0, 24(a1)"), "a range that ends before it begins matches nothing");
    }

    /** "Locking and Privilege Mode": a locked entry, and the address under a locked range, stay until reset. */
    @Test
    void lockedRegionsCannotBeWritten() {
        var machine = TinyMachine.running("""
                li t0, 0x1000
                csrw pmpaddr0, t0
                li t0, 0x2000
                csrw pmpaddr1, t0
                li t0, 0x8900 | 0x1a         # region 1: locked range; region 0: W without R is reserved
                csrw pmpcfg0, t0
                csrr a0, pmpcfg0
                li t0, -1
                csrw pmpaddr0, t0
                csrw pmpaddr1, t0
                csrw pmpcfg0, x0
                csrr a1, pmpaddr0
                csrr a2, pmpaddr1
                csrr a3, pmpcfg0
                csrw pmpaddr2, t0
                csrr a4, pmpaddr2
                csrr a5, pmpcfg2
                """ + DONE);
        machine.runTo("done");
        assertEquals(0x8918, machine.x("a0"));
        assertEquals(0x1000, machine.x("a1"));
        assertEquals(0x2000, machine.x("a2"));
        assertEquals(0x8900, machine.x("a3"));
        assertEquals((1L << 54) - 1, machine.x("a4"));
        assertEquals(0, machine.x("a5"));
    }

    /** A page that a region covers in part: each instruction is looked at, however the page was entered. */
    @Test
    void executionStopsWhereThePermissionEnds() {
        var machine = TinyMachine.running(TRAPS + REST + napot(0, DATA + " + 64", 64, R | W) + """
                csrw pmpcfg0, s11
                li a1, RAM + 0x10000
                li t1, 0x00150513            # addi a0, a0, 1
                sw t1, 56(a1)
                sw t1, 60(a1)
                sw t1, 64(a1)
                addi a2, a1, 56
                la t0, at
                csrw mepc, t0
                li t0, 1 << 11
                csrs mstatus, t0
                mret
                at: jr a2
                """);
        machine.step(300);
        assertEquals(machine.label("trap"), machine.pc());
        assertEquals(Cause.INSTRUCTION_ACCESS_FAULT, machine.csr("mcause"));
        assertEquals(0x8001_0040L, machine.csr("mepc"));
        assertEquals(2, machine.x("a0"));
    }

    @Test
    void aChangeOfARegionIsSeenAtOnce() {
        var machine = TinyMachine.running(TRAPS + REST + """
                csrw pmpcfg0, s11
                li a1, RAM + 0x10000
                li t0, 1 << 17 | 1 << 11     # loads and stores of machine mode go as the supervisor's
                csrs mstatus, t0
                ld a0, 0(a1)
                sd a0, 0(a1)
                csrw pmpcfg0, x0
                at: ld a0, 0(a1)
                """);
        machine.runTo("trap");
        assertEquals(machine.label("at"), machine.csr("mepc"));
        assertEquals(Cause.LOAD_ACCESS_FAULT, machine.csr("mcause"));
    }
}
