package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counters (privileged manual, "Hardware Performance Monitor"; unprivileged manual, "Zicntr and Zihpm"). */
final class CounterTest {
    @Test
    void countersReadWhatWasDoneBefore() {
        var machine = TinyMachine.running("nop\ncsrr a0, minstret\ncsrr a1, mcycle\nrdinstret a2\nrdcycle a3" + DONE);
        machine.runTo("done");
        assertEquals(1, machine.x("a0"));
        assertEquals(2, machine.x("a1"));
        assertEquals(3, machine.x("a2"));
        assertEquals(4, machine.x("a3"));
    }

    /** "Zicsr": a write of instret takes the place of its own increment; the next instruction reads what was written. */
    @Test
    void aWrittenCounterGoesOnFromThere() {
        var machine = TinyMachine.running("""
                li t0, 1000
                csrw minstret, t0
                csrr a0, minstret
                csrr a1, minstret
                csrw mcycle, t0
                csrr a2, mcycle
                """ + DONE);
        machine.runTo("done");
        assertEquals(1000, machine.x("a0"));
        assertEquals(1001, machine.x("a1"));
        assertEquals(1000, machine.x("a2"));
    }

    @Test
    void trapsCountAsCyclesButNotAsInstructions() {
        var machine = TinyMachine.running("""
                la t0, trap
                csrw mtvec, t0
                csrw minstret, x0
                csrw mcycle, x0
                ecall
                .align 2
                trap: csrr a0, minstret
                csrr a1, mcycle
                """ + DONE);
        machine.runTo("done");
        assertEquals(1, machine.x("a0"), "the write of mcycle");
        assertEquals(2, machine.x("a1"), "the trap and the read of minstret");
    }

    /** "Machine Counter-Inhibit Register". */
    @Test
    void inhibitedCountersStandStillAndCanBeWritten() {
        var machine = TinyMachine.running("""
                li t0, -1
                csrw mcountinhibit, t0
                csrr a0, mcountinhibit
                csrr a1, minstret
                nop
                csrr a2, minstret
                li t1, 77
                csrw minstret, t1
                nop
                csrr a3, minstret
                csrw mcountinhibit, x0
                csrr a4, minstret
                csrr a5, minstret
                """ + DONE);
        machine.runTo("done");
        assertEquals(5, machine.x("a0"), "mcycle and minstret; time cannot be stopped");
        assertEquals(machine.x("a1"), machine.x("a2"));
        assertEquals(77, machine.x("a3"));
        assertEquals(machine.x("a4") + 1, machine.x("a5"), "goes on");
        assertEquals(true, machine.x("a4") >= 77 && machine.x("a4") <= 78);
    }

    /** "Machine Counter-Enable Register", "Supervisor Counter-Enable Register": both must let user mode read. */
    @ParameterizedTest
    @CsvSource({
        "1, cycle, 0, 7, true", "1, cycle, 1, 0, false", "0, cycle, 1, 1, false", "0, cycle, 1, 0, true",
        "0, cycle, 0, 1, true", "0, time, 2, 2, false", "0, time, 5, 7, true", "1, instret, 4, 0, false",
        "1, instret, 3, 7, true", "0, hpmcounter3, 8, 8, false", "0, hpmcounter31, 8, 8, true"
    })
    void enableRegistersGateTheCounters(int privilege, String counter, int machine, int supervisor, boolean traps) {
        var guest = TinyMachine.running(OPEN_TRAPS
                + "li t0, %d; csrw mcounteren, t0; li t0, %d; csrw scounteren, t0".formatted(machine, supervisor)
                + enter(privilege, "at") + "at: csrr a0, " + counter + DONE);
        guest.runTo(traps ? "trap" : "done");
        assertEquals(traps ? Cause.ILLEGAL_INSTRUCTION : 0, guest.csr("mcause"));
    }

    @Test
    void timeCountsATickEachHundredSteps() {
        var machine = TinyMachine.running("rdtime a0\n.zero 0\n" + "nop\n".repeat(98) + "rdtime a1\nrdtime a2" + DONE);
        machine.runTo("done");
        assertEquals(0, machine.x("a0"));
        assertEquals(0, machine.x("a1"), "99 steps are made");
        assertEquals(1, machine.x("a2"), "100 steps are made");
    }

    @Test
    void aWriteOfMtimeShowsInTime() {
        var machine = TinyMachine.running("li t0, MTIME\nli t1, 5000\nsd t1, 0(t0)\nrdtime a0\nld a1, 0(t0)" + DONE);
        machine.runTo("done");
        assertEquals(5000, machine.x("a0"));
        assertEquals(5000, machine.x("a1"));
    }
}
