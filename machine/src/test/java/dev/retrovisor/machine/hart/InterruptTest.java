package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.time.Alarms;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interrupts (privileged manual, "Machine Interrupt Registers", "Wait for Interrupt", "Sstc Extension"). */
final class InterruptTest {
    private static final String ENABLE = "csrsi mstatus, 8\n";

    /** "Multiple simultaneous interrupts [...] are handled in the following decreasing priority order". */
    @Test
    void interruptsAreTakenInTheManualsOrder() {
        var machine = TinyMachine.running("""
                la t0, trap
                csrw mtvec, t0
                li t0, -1
                csrw mie, t0
                # machine software
                li t0, CLINT
                li t1, 1
                sw t1, 0(t0)
                # machine timer
                li t0, MTIMECMP
                sd x0, 0(t0)
                # external of both levels, supervisor software and timer: S-mode's by software
                li t0, 1 << 9 | 1 << 5 | 1 << 1
                csrw mip, t0
                csrsi mstatus, 8
                j .
                .align 2
                trap: csrr a0, mcause
                slli a0, a0, 1
                srli a0, a0, 1
                li t1, 1
                sll t1, t1, a0
                csrc mie, t1
                mret
                """);
        var order = new ArrayList<Long>();
        for (int i = 0; i < 5; i++) {
            machine.runTo("trap");
            order.add(machine.csr("mcause") & 63);
            machine.step(1);
        }
        assertEquals(List.of(3L, 7L, 9L, 1L, 5L), order);
    }

    @Test
    void vectoredModeSendsEachInterruptToItsEntry() {
        var machine = TinyMachine.running("""
                la t0, base
                ori t0, t0, 1
                csrw mtvec, t0
                li t0, 1 << 1
                csrw mie, t0
                csrw mip, t0
                csrsi mstatus, 8
                j .
                .align 8
                base: j .
                software: j .
                """);
        machine.runTo("software");
        assertEquals(Cause.INTERRUPT | 1, machine.csr("mcause"));
        assertEquals(0, machine.csr("mtval"));
    }

    /** ACLINT: "a machine-level timer interrupt becomes pending whenever mtime >= mtimecmp": 100 steps make a tick. */
    @Test
    void theMachineTimerComesAtItsExactStep() {
        var machine = TinyMachine.running(TRAPS + """
                li t0, MTIMECMP
                li t1, 7
                sd t1, 0(t0)
                li t0, 1 << 7
                csrw mie, t0
                """ + ENABLE + "loop: addi a0, a0, 1\nj loop");
        machine.step(700);
        assertNotEquals(machine.label("trap"), machine.pc(), "step 700 is not made yet when time 7 begins");
        machine.step(1);
        assertEquals(machine.label("trap"), machine.pc(), "the trap is the step that begins at 700 ns");
        assertEquals(Cause.INTERRUPT | 7, machine.csr("mcause"));
        assertEquals(701, machine.steps());
    }

    @Test
    void theSupervisorTimerComesAtItsExactStepToTheSupervisor() {
        var machine = TinyMachine.running(OPEN_TRAPS + """
                li t0, 1 << 63
                csrw menvcfg, t0
                li t0, 2
                csrw mcounteren, t0
                li t0, 1 << 5
                csrw mideleg, t0
                csrw mie, t0
                la t0, strap
                csrw stvec, t0
                """ + enter(1, "start") + """
                start: li t1, 9
                csrw stimecmp, t1
                csrsi sstatus, 2
                loop: j loop
                .align 2
                strap: j strap
                """);
        machine.step(900);
        assertEquals(machine.label("loop"), machine.pc());
        machine.step(1);
        assertEquals(machine.label("strap"), machine.pc());
        assertEquals(Cause.INTERRUPT | 5, machine.csr("scause"));
        assertEquals(machine.label("loop"), machine.csr("sepc"));
        assertEquals(1 << 5, machine.csr("mip") & 1 << 5);
    }

    /** "Sstc": STIP is the comparison itself; writing a later time takes it back, and software cannot. */
    @Test
    void stimecmpDrivesStipAlone() {
        var machine = TinyMachine.running("""
                li t0, 1 << 5
                csrw mip, t0             # software's bit, while there is no stimecmp
                csrr a0, mip
                li t1, 1 << 63
                csrw menvcfg, t1
                csrr a1, mip
                csrw stimecmp, x0
                csrr a2, mip
                csrc mip, t0
                csrr a3, mip
                li t2, -1
                csrw stimecmp, t2
                csrr a4, mip
                """ + DONE);
        machine.runTo("done");
        assertEquals(1 << 5, machine.x("a0"));
        assertEquals(0, machine.x("a1"), "the comparison takes software's bit's place");
        assertEquals(1 << 5, machine.x("a2"));
        assertEquals(1 << 5, machine.x("a3"), "the bit is read-only then");
        assertEquals(0, machine.x("a4"));
    }

    @Test
    void aCharacterOnTheSerialPortInterruptsThroughThePlic() {
        var machine = TinyMachine.running(TRAPS + """
                li t0, PLIC
                li t1, 1
                sw t1, 40(t0)            # priority of source 10
                li t2, PLIC + 0x2000
                li t1, 1 << 10
                sw t1, 0(t2)             # enabled for hart 0's machine mode
                li t0, UART
                li t1, 1
                sb t1, 1(t0)             # interrupt when there is data
                li t0, 1 << 11
                csrw mie, t0
                """ + ENABLE + "loop: j loop");
        machine.step(500);
        assertEquals(machine.label("loop"), machine.pc());
        machine.machine()
                .apply(new InputEvent.ConsoleInput(500, machine.machine().virtualNanos(), 0, new byte[] {'x'}));
        machine.step(1);
        assertEquals(machine.label("trap"), machine.pc());
        assertEquals(Cause.INTERRUPT | 11, machine.csr("mcause"));
    }

    /** "Wait for Interrupt": wakes for what is enabled in mie, whatever the global bits and delegation say. */
    @Test
    void wfiWakesWithoutAGlobalEnable() {
        var machine = TinyMachine.running(TRAPS + """
                li t0, MTIMECMP
                li t1, 1000
                sd t1, 0(t0)
                li t0, 1 << 7
                csrw mie, t0
                wfi
                csrr a0, time
                """ + DONE);
        machine.runTo("done");
        assertEquals(1000, machine.x("a0"), "idle time is skipped to the timer");
        assertEquals(0, machine.csr("mcause"), "no trap: interrupts are off");
    }

    @Test
    void wfiWithoutAnythingToWaitForIsIdle() {
        var machine = TinyMachine.running("wfi\n" + DONE);
        assertEquals(StopReason.IDLE, machine.step(100));
        assertEquals(1, machine.steps());
        assertEquals(StopReason.IDLE, machine.machine().runTo(100, 5000));
        assertEquals(5000, machine.machine().virtualNanos(), "waits up to the limit, in virtual time only");
        assertEquals(StopReason.IDLE, machine.machine().runTo(100, Alarms.NEVER));
    }

    @Test
    void wfiIsNoWaitWhileSomethingIsPending() {
        var machine = TinyMachine.running("csrsi mip, 2\ncsrsi mie, 2\nwfi\n" + DONE);
        assertEquals(StopReason.STEP_LIMIT, machine.step(4));
        assertEquals(machine.label("done"), machine.pc());
    }

    @Test
    void maskedInterruptsAreNotTaken() {
        var machine = TinyMachine.running(TRAPS + """
                li t0, 1 << 1
                csrw mip, t0
                csrw mie, t0             # pending and enabled, but mstatus.MIE is off
                nop
                csrw mie, x0
                csrsi mstatus, 8         # on, but not enabled
                nop
                csrw mideleg, t0
                csrw mie, t0             # delegated: never taken in machine mode
                nop
                """ + DONE);
        machine.runTo("done");
        machine.step(100);
        assertEquals(machine.label("done"), machine.pc());
    }

    /** "Supervisor Interrupt Registers": in user mode the supervisor's interrupts are on whatever SIE says. */
    @Test
    void lowerPrivilegeIsAlwaysInterruptible() {
        String text = OPEN_TRAPS + """
                la t0, strap
                csrw stvec, t0
                li t0, 1 << 1
                csrw mideleg, t0
                csrw mie, t0
                csrw mip, t0
                """ + enter(0, "user") + "user: j user\n.align 2\nstrap: j strap";
        var user = TinyMachine.running(text);
        user.runTo("strap");
        assertEquals(Cause.INTERRUPT | 1, user.csr("scause"));
        assertEquals(user.label("user"), user.csr("sepc"), "before the first instruction of user mode");

        var supervisor = TinyMachine.running(text.replace("li t0, 0 << 11", "li t0, 1 << 11"));
        supervisor.step(100);
        assertEquals(supervisor.label("user"), supervisor.pc(), "in S-mode itself SIE decides");
    }

    /** An interrupt that software makes possible is taken before the next instruction. */
    @Test
    void enablingTakesEffectAtTheNextInstruction() {
        var machine = TinyMachine.running(TRAPS + "csrsi mip, 2\ncsrsi mie, 2\ncsrsi mstatus, 8\nnext: nop" + DONE);
        machine.runTo("trap");
        assertEquals(machine.label("next"), machine.csr("mepc"));
    }

    @Test
    void supervisorSeesAndClearsOnlyWhatIsDelegated() {
        var machine = TinyMachine.running("""
                li t0, 0x222
                csrw mip, t0
                csrw mie, t0
                csrr a0, sip
                li t1, 0x2
                csrw mideleg, t1
                csrr a1, sip
                csrr a2, sie
                csrw sip, x0
                csrr a3, mip
                csrw sie, x0
                csrr a4, mie
                li t1, -1
                csrw mideleg, t1
                csrr a5, mideleg
                """ + DONE);
        machine.runTo("done");
        assertEquals(0, machine.x("a0"));
        assertEquals(2, machine.x("a1"));
        assertEquals(2, machine.x("a2"));
        assertEquals(0x220, machine.x("a3"));
        assertEquals(0x220, machine.x("a4"));
        assertEquals(0x222, machine.x("a5"), "machine interrupts are not delegable");
    }

    /** "Machine Interrupt Registers": csrrs writes back software's SEIP, not the line's. */
    @Test
    void settingBitsDoesNotLatchTheExternalLine() {
        var machine = TinyMachine.running("""
                li t0, PLIC
                li t1, 1
                sw t1, 40(t0)
                li t2, PLIC + 0x2080
                li t1, 1 << 10
                sw t1, 0(t2)             # enabled for hart 0's supervisor
                li t0, UART
                li t1, 2
                sb t1, 1(t0)             # transmitter empty: the line rises
                csrr a0, mip
                csrsi mip, 2             # reads SEIP as 1
                sb x0, 1(t0)             # the line falls
                li t2, PLIC + 0x201004
                lw t1, 0(t2)             # claimed, so the gateway lets go
                csrr a1, mip
                """ + DONE);
        machine.runTo("done");
        assertEquals(1 << 9, machine.x("a0"));
        assertEquals(2, machine.x("a1"));
    }
}
