package dev.retrovisor.machine.interpreter;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.POWER_OFF;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The law of the machine: a write to code is seen by the next fetch, fenced or not. */
final class SelfModifyingCodeTest {
    /** addi a0, a0, 16: what the guests write over addi a0, a0, 1. */
    private static final String ADD_16 = "0x01050513";

    @ParameterizedTest
    @ValueSource(strings = {"", "fence.i"})
    void aStoreChangesWhatRanBefore(String fence) {
        var machine = TinyMachine.running("""
                li t1, %s
                la t0, victim
                li a1, 3
                loop: jal ra, victim
                sw t1, 0(t0)
                %s
                addi a1, a1, -1
                bnez a1, loop
                """.formatted(ADD_16, fence) + DONE + "victim: addi a0, a0, 1\nret");
        machine.runTo("done");
        assertEquals(1 + 16 + 16, machine.x("a0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sw t1, 0(t0)", "amoswap.w x0, t1, (t0)", "sh t1, 0(t0)\nsrli t1, t1, 16\nsh t1, 2(t0)"})
    void theVeryNextInstructionCanBeChanged(String store) {
        var machine = TinyMachine.running("""
                li s1, %s
                la t0, next
                li a1, 4
                loop: mv t1, s1
                andi a2, a1, 1
                slli a2, a2, 20
                xor t1, t1, a2           # by turns addi a0, a0, 16 and 17
                %s
                next: addi a0, a0, 1
                addi a1, a1, -1
                bnez a1, loop
                """.formatted(ADD_16, store) + DONE);
        machine.runTo("done");
        assertEquals(16 + 17 + 16 + 17, machine.x("a0"));
    }

    @Test
    void storeConditionalAndFloatStoresChangeCodeToo() {
        var machine = TinyMachine.running("""
                li t1, 3 << 13
                csrs mstatus, t1
                li t1, %s
                la t0, victim
                jal ra, victim
                lr.w a3, (t0)
                sc.w a4, t1, (t0)
                jal ra, victim
                fmv.w.x fa0, a3
                fsw fa0, 0(t0)
                jal ra, victim
                """.formatted(ADD_16) + DONE + "victim: addi a0, a0, 1\nret");
        machine.runTo("done");
        assertEquals(1 + 16 + 1, machine.x("a0"));
    }

    @Test
    void oneHalfOfAnInstructionCanBeChanged() {
        var machine = TinyMachine.running("""
                la t0, victim
                jal ra, victim
                li t1, 0x0105
                sh t1, 2(t0)
                jal ra, victim
                li t1, 0x02
                sb t1, 3(t0)
                jal ra, victim
                """ + DONE + "victim: addi a0, a0, 1\nret");
        machine.runTo("done");
        assertEquals(1 + 16 + 32, machine.x("a0"));
    }

    @Test
    void anInstructionAcrossPagesCanBeChangedInEither() {
        var machine = TinyMachine.running("""
                la t0, victim
                jal ra, victim
                li t1, 0x0105
                sh t1, 2(t0)             # the second page
                jal ra, victim
                li t1, 0x8513            # with a1 for a source: the first page
                sh t1, 0(t0)
                li a1, 100
                jal ra, victim
                """ + DONE + ".align 12\n.zero 4094\nvictim: addi a0, a0, 1\nret");
        machine.runTo("done");
        assertEquals(116, machine.x("a0"));
    }

    /** Data beside code: the many writes make the page an ordinary one, and code in it is still seen to change. */
    @Test
    void dataOnAPageOfCodeIsOnlyData() {
        var machine = TinyMachine.running(
                """
                la t0, data
                la t2, victim
                li t1, %s
                li a1, 1000
                loop: sd a1, 0(t0)
                ld a2, 0(t0)
                add a3, a3, a2
                jal ra, victim
                addi a1, a1, -1
                bnez a1, loop
                sw t1, 0(t2)
                jal ra, victim
                """.formatted(ADD_16) + DONE + "victim: addi a0, a0, 1\nret\n.align 3\ndata: .dword 0");
        machine.runTo("done");
        assertEquals(500_500, machine.x("a3"));
        assertEquals(1016, machine.x("a0"));
    }

    @Test
    void codeCanBeWrittenThroughAnotherMapping() {
        // One table maps RAM's first GiB at 0x80000000 and at 0.
        var machine = TinyMachine.running(OPEN_TRAPS + """
                la t0, table
                li t1, (RAM >> 2) | 0xcf
                sd t1, 0(t0)
                sd t1, 16(t0)
                srli t0, t0, 12
                li t1, 8 << 60
                or t0, t0, t1
                csrw satp, t0
                """ + enter(1, "at") + """
                at: la t0, victim
                li t2, RAM
                sub t2, t0, t2           # the alias
                li t1, %s
                jal ra, victim
                sw t1, 0(t2)
                jal ra, victim
                jalr ra, 0(t2)
                """.formatted(ADD_16) + DONE
                + "victim: addi a0, a0, 1\nret\n.align 12\ntable: .zero 4096");
        machine.runTo("done");
        assertEquals(1 + 16 + 16, machine.x("a0"));
    }

    @Test
    void aDeviceCanWriteCode() {
        var machine = TinyMachine.running("loop: jal ra, victim\nj loop\nvictim: addi a0, a0, 1\nret");
        machine.step(400);
        assertEquals(100, machine.x("a0"));
        machine.machine().ram().writeInt(machine.label("victim"), 0x01050513);
        machine.step(400);
        assertEquals(100 + 1600, machine.x("a0"));
    }

    @Test
    void manyPagesOfCodeComeAndGo() {
        // Jumps through 6,000 pages twice: more than are kept decoded.
        var machine = TinyMachine.running("""
                li s0, RAM + 0x100000
                li s1, 6000
                li t1, 0x00150513            # addi a0, a0, 1
                li t2, 0x00008067            # ret
                li t3, 4096
                mv t0, s0
                mv a1, s1
                1: sw t1, 0(t0)
                sw t2, 4(t0)
                add t0, t0, t3
                addi a1, a1, -1
                bnez a1, 1b
                li a2, 2
                2: mv t0, s0
                mv a1, s1
                3: jalr ra, 0(t0)
                add t0, t0, t3
                addi a1, a1, -1
                bnez a1, 3b
                addi a2, a2, -1
                bnez a2, 2b
                """ + POWER_OFF);
        machine.runUntilPowerOff();
        assertEquals(12_000, machine.x("a0"));
    }
}
