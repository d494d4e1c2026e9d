package dev.retrovisor.machine.interpreter;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.hart.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory accesses beyond the plain ones (unprivileged manual, "A Extension", "Zawrs", "Cache-Block Management"). */
final class AtomicsTest {
    private static final String CELL = "\n.align 6\ncell: .dword 5, 6, -1, -1, -1, -1, -1, -1, -1\n";

    private static TinyMachine run(String program) {
        return TinyMachine.running("la s0, cell\n" + program + DONE + CELL).runTo("done");
    }

    /** "Load-Reserved/Store-Conditional Instructions". */
    @Test
    void storeConditionalSucceedsAfterItsLoadReserved() {
        var machine = run("li a2, 9\nlr.d a0, (s0)\nsc.d a1, a2, (s0)\nsc.d a3, a2, (s0)");
        assertEquals(5, machine.x("a0"));
        assertEquals(0, machine.x("a1"));
        assertEquals(1, machine.x("a3"), "a reservation serves once");
        assertEquals(9, machine.dword("cell"));
    }

    @Test
    void storeConditionalElsewhereFailsAndEndsTheReservation() {
        var machine = run("addi s1, s0, 8\nlr.w a0, (s0)\nsc.w a1, a2, (s1)\nsc.w a3, a2, (s0)");
        assertEquals(1, machine.x("a1"));
        assertEquals(1, machine.x("a3"));
        assertEquals(5, machine.dword("cell"));
    }

    @Test
    void wordsAreSignExtended() {
        var machine = run("addi s0, s0, 16\nlr.w a0, (s0)\namoadd.w a1, x0, (s0)\namomaxu.w a2, x0, (s0)");
        assertEquals(-1, machine.x("a0"));
        assertEquals(-1, machine.x("a1"));
        assertEquals(-1, machine.x("a2"));
    }

    @Test
    void aTrapEndsTheReservation() {
        var machine = TinyMachine.running("""
                la t0, back
                csrw mtvec, t0
                la s0, cell
                lr.d a0, (s0)
                ecall
                .align 2
                back: sc.d a1, a0, (s0)
                """ + DONE + CELL).runTo("done");
        assertEquals(1, machine.x("a1"));
    }

    @Test
    void anotherHartsTurnEndsTheReservation() {
        var machine = TinyMachine.running(2, """
                bnez a0, other
                la s0, cell
                lr.d a1, (s0)
                pause                    # the other hart's turn
                sc.d a2, a1, (s0)
                """ + DONE + "other: pause\nj other" + CELL)
                .runTo("done");
        assertEquals(1, machine.x("a2"));
    }

    /** A device's write in between is a write by someone else. */
    @Test
    void aDevicesWriteEndsTheReservation() {
        var machine = TinyMachine.running("la s0, cell\nlr.d a1, (s0)\nhere: sc.d a2, a1, (s0)" + DONE + CELL);
        machine.runTo("here");
        machine.machine().ram().writeLong(machine.label("cell") + 8, 1);
        machine.runTo("done");
        assertEquals(1, machine.x("a2"));
    }

    @Test
    void lockedCountersOfFourHartsAddUp() {
        var machine = TinyMachine.running(4, """
                la s0, cell
                li s1, 500
                1: lr.d a1, (s0)
                addi a1, a1, 1
                sc.d a2, a1, (s0)
                bnez a2, 1b
                li a3, 1
                addi s2, s0, 8
                amoadd.w x0, a3, (s2)
                addi s1, s1, -1
                bnez s1, 1b
                bnez a0, wait
                li a4, 2006
                2: pause
                lw a5, 8(s0)
                bne a5, a4, 2b
                """ + DONE + "wait: pause\nj wait" + CELL)
                .runTo("done");
        assertEquals(2005, machine.dword("cell"));
    }

    /** "Misaligned Atomicity Granule" aside, plain misaligned accesses work anywhere in RAM. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 4089, 4090, 4093, 4095, 8191})
    void misalignedAccessesWork(int offset) {
        var machine = TinyMachine.running("""
                li s0, RAM + 0x10000 + %d
                li a0, 0x8899aabbccddeeff
                sd a0, 0(s0)
                ld a1, 0(s0)
                lw a2, 0(s0)
                lwu a3, 4(s0)
                lh a4, 1(s0)
                lhu a5, 5(s0)
                sw x0, 2(s0)
                ld a6, 0(s0)
                sh a0, 3(s0)
                ld a7, 0(s0)
                """.formatted(offset) + DONE).runTo("done");
        assertEquals(0x8899AABBCCDDEEFFL, machine.x("a1"));
        assertEquals((int) 0xCCDDEEFFL, machine.x("a2"));
        assertEquals(0x8899AABBL, machine.x("a3"));
        assertEquals((short) 0xDDEE, machine.x("a4"));
        assertEquals(0x99AA, machine.x("a5"));
        assertEquals(0x889900000000EEFFL, machine.x("a6"));
        assertEquals(0x889900EEFF00EEFFL, machine.x("a7"));
    }

    @Test
    void cboZeroClearsTheWholeBlock() {
        var machine = run("addi s1, s0, 33\ncbo.zero (s1)");
        assertEquals(0, machine.dword("cell"));
        assertEquals(0, machine.machine().ram().readLong(machine.label("cell") + 56));
        assertEquals(-1, machine.machine().ram().readLong(machine.label("cell") + 64));
    }

    /** "Cache-Block Management": menvcfg lets the supervisor, and with senvcfg the user. */
    @ParameterizedTest
    @CsvSource({
        "1, cbo.zero, 0, 0, true", "1, cbo.zero, 0x80, 0, false", "0, cbo.zero, 0x80, 0, true",
        "0, cbo.zero, 0x80, 0x80, false", "1, cbo.clean, 0x40, 0, false", "1, cbo.flush, 0, 0xf0, true",
        "0, cbo.flush, 0x40, 0x40, false", "1, cbo.inval, 0x10, 0, false", "1, cbo.inval, 0x30, 0, false",
        "1, cbo.inval, 0x20, 0, true", "0, cbo.inval, 0x30, 0x00, true", "0, cbo.inval, 0x30, 0x10, false"
    })
    void cacheBlockOperationsAreGated(
            int privilege, String operation, String machine, String supervisor, boolean traps) {
        var guest = TinyMachine.running(OPEN_TRAPS
                + "la a1, cell; li t0, %s; csrw menvcfg, t0; li t0, %s; csrw senvcfg, t0".formatted(machine, supervisor)
                + enter(privilege, "at") + "at: " + operation + " (a1)" + DONE + CELL);
        guest.runTo(traps ? "trap" : "done");
        assertEquals(traps ? Cause.ILLEGAL_INSTRUCTION : 0, guest.csr("mcause"));
    }

    @Test
    void cacheBlockOperationsFaultAsStores() {
        for (String operation : new String[] {"cbo.zero", "cbo.clean", "cbo.flush", "cbo.inval"}) {
            var machine = TinyMachine.running(TRAPS + "li a1, 1 << 57\n" + operation + " (a1)")
                    .runTo("trap");
            assertEquals(Cause.STORE_ACCESS_FAULT, machine.csr("mcause"), operation);
            assertEquals(1L << 57, machine.csr("mtval"));
        }
    }

    /** "Zawrs": a hart may wait in any mode; a wait that ends at once cannot be the one that TW forbids. */
    @ParameterizedTest
    @CsvSource({"0, wrs.nto", "1, wrs.nto", "3, wrs.nto", "0, wrs.sto", "0, pause"})
    void hintsToWaitWorkInEveryMode(int privilege, String instruction) {
        var machine = TinyMachine.running(OPEN_TRAPS + enter(privilege, "at") + "at: " + instruction + DONE);
        machine.runTo("done");
        assertEquals(0, machine.csr("mcause"));
    }
}
