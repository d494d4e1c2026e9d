package dev.retrovisor.machine.sbi;

import static dev.retrovisor.machine.Guests.DONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.hart.Cause;
import dev.retrovisor.machine.hart.HartState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in firmware (SBI specification 2.0), called by small kernels in supervisor mode. */
final class SbiTest {
    private static final long NOT_SUPPORTED = -2;
    private static final long INVALID_PARAMETER = -3;
    private static final long INVALID_ADDRESS = -5;
    private static final long ALREADY_AVAILABLE = -6;

    private static final long BASE = 0x10;
    private static final long TIME = 0x54494D45;
    private static final long IPI = 0x735049;
    private static final long RFENCE = 0x52464E43;
    private static final long HSM = 0x48534D;
    private static final long SRST = 0x53525354;
    private static final long DBCN = 0x4442434E;

    /** A call with constant arguments from a0 on. */
    private static String call(long extension, long function, Object... arguments) {
        var text = new StringBuilder();
        for (int i = 0; i < arguments.length; i++) {
            text.append("li a%d, %s\n".formatted(i, arguments[i]));
        }
        return text + "li a6, %d\nli a7, %d\necall\n".formatted(function, extension);
    }

    private static TinyMachine afterCall(int harts, long extension, long function, Object... arguments) {
        return TinyMachine.kernel(TinyMachine.withHarts(harts), call(extension, function, arguments) + DONE)
                .runTo("done");
    }

    @Test
    void aKernelStartsInSupervisorModeWithItsHartAndTree() {
        var machine = TinyMachine.kernel("nop" + DONE);
        machine.runTo("done");
        assertEquals(1, machine.privilege());
        assertEquals(0, machine.x("a0"));
        assertEquals(0xEDFE0DD0, machine.machine().ram().readInt(machine.x("a1")), "a1 points to a device tree");
        assertEquals(0, machine.csr("satp"));
        assertEquals(0, machine.csr("sstatus") & 2, "interrupts are off");
    }

    @Test
    void baseTellsTheVersionAndWhatThereIs() {
        assertEquals(2L << 24, afterCall(1, BASE, 0).x("a1"));
        for (long extension : new long[] {BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN}) {
            assertEquals(1, afterCall(1, BASE, 3, extension).x("a1"));
        }
        assertEquals(0, afterCall(1, BASE, 3, 0x12345).x("a1"));
        assertEquals(0, afterCall(1, BASE, 3, 0x12345).x("a0"), "asking is no error");
        assertEquals(NOT_SUPPORTED, afterCall(1, BASE, 99).x("a0"));
        assertEquals(NOT_SUPPORTED, afterCall(1, 0x12345, 0).x("a0"));
    }

    @Test
    void otherRegistersSurviveACall() {
        var machine = TinyMachine.kernel("li a2, 7\nli s1, 8\nli t0, 9\nli ra, 10\n" + call(BASE, 0) + DONE);
        machine.runTo("done");
        assertEquals(7, machine.x("a2"));
        assertEquals(8, machine.x("s1"));
        assertEquals(9, machine.x("t0"));
        assertEquals(10, machine.x("ra"));
    }

    /** An answered call is an instruction that retires. */
    @Test
    void aCallIsOneStep() {
        var machine = TinyMachine.kernel("li a7, 0x10\nli a6, 0\nat: ecall" + DONE);
        machine.runTo("at");
        long steps = machine.steps();
        long retired = machine.minstret();
        machine.step(1);
        assertEquals(machine.label("done"), machine.pc());
        assertEquals(steps + 1, machine.steps());
        assertEquals(retired + 1, machine.minstret());
    }

    @Test
    void userModesCallsAreTheKernels() {
        var machine = TinyMachine.kernel("""
                la t0, trap
                csrw stvec, t0
                la t0, user
                csrw sepc, t0
                sret
                user: ecall
                .align 2
                trap: j trap
                """);
        machine.runTo("trap");
        assertEquals(Cause.ECALL_FROM_USER, machine.csr("scause"));
    }

    @Test
    void theTimerComesAtItsTime() {
        var machine = TinyMachine.kernel("""
                la t0, trap
                csrw stvec, t0
                li t0, 1 << 5
                csrw sie, t0
                csrsi sstatus, 2
                """ + call(TIME, 0, 50) + "wait: wfi\nj wait\n.align 2\ntrap: rdtime s0\nj .");
        machine.runTo("trap");
        assertEquals(Cause.INTERRUPT | 5, machine.csr("scause"));
        machine.step(1);
        assertEquals(50, machine.x("s0"));
    }

    @Test
    void theDebugConsoleWrites() {
        var machine = TinyMachine.kernel("la s2, text\nli a0, 5\nmv a1, s2\nli a2, 0\n" + call(DBCN, 0)
                + "mv s0, a0\nmv s1, a1\n" + call(DBCN, 2, (int) '!') + DONE + "text: .ascii \"hello\"");
        machine.runTo("done");
        assertEquals("hello!", machine.console());
        assertEquals(0, machine.x("s0"));
        assertEquals(5, machine.x("s1"));
        assertEquals(INVALID_PARAMETER, afterCall(1, DBCN, 0, 5, 0x1000, 0).x("a0"));
        assertEquals(INVALID_PARAMETER, afterCall(1, DBCN, 0, 5, "RAM", 1).x("a0"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, POWER_OFF, OFF", "0, 1, POWER_OFF_FAILED, FAILED", "1, 0, RESET, RESET", "2, 0, RESET, RESET"})
    void systemResetSwitchesPower(int type, int reason, StopReason expected, DeviceEvent.Power.Change change) {
        var machine = TinyMachine.kernel(call(SRST, 0, type, reason) + DONE);
        assertEquals(expected, machine.step(1000));
        assertTrue(machine.events().getLast() instanceof DeviceEvent.Power power
                && power.change() == change
                && power.step() <= machine.steps());
        assertEquals(expected, machine.step(1000), "and stays so");
    }

    @Test
    void systemResetRefusesUnknownTypes() {
        assertEquals(INVALID_PARAMETER, afterCall(1, SRST, 0, 3, 0).x("a0"));
    }

    @Test
    void aResetBeginsAnew() {
        var machine = TinyMachine.kernel("li s5, 77\n" + call(SRST, 0, 1, 0) + DONE);
        machine.step(1000);
        long steps = machine.steps();
        machine.machine().reset();
        assertEquals(0, machine.x("s5"));
        assertEquals(steps, machine.steps(), "machine time goes on");
        assertEquals(StopReason.RESET, machine.step(1000));
    }

    @Test
    void hartsAreStartedStoppedAndAskedFor() {
        var machine = TinyMachine.kernel(
                TinyMachine.withHarts(3),
                """
                la s0, second
                """ + call(HSM, 2, 1) + "mv s1, a1\nli a0, 1\nmv a1, s0\nli a2, 42\nli a6, 0\necall\nmv s2, a0\n"
                        + call(HSM, 2, 1) + "mv s3, a1\n" + call(HSM, 0, 1, "RAM", 0) + "mv s4, a0\n"
                        + "1: pause\n" + call(HSM, 2, 1) + "beqz a1, 1b" + DONE
                        + "second: mv s5, a0\nmv s6, a1\ncsrr s7, satp\n" + call(HSM, 1));
        machine.runTo("done");
        assertEquals(1, machine.x("s1"), "stopped");
        assertEquals(0, machine.x("s2"), "starts");
        assertEquals(0, machine.x("s3"), "started");
        assertEquals(ALREADY_AVAILABLE, machine.x("s4"));
        assertEquals(1, machine.x(1, "s5"), "a0 is its number");
        assertEquals(42, machine.x(1, "s6"), "a1 is the caller's word");
        assertEquals(HartState.STOPPED, machine.machine().hart(1).get(HartState.LIFE));
        assertEquals(0, machine.csr(2, "minstret"), "the third never ran");
    }

    @Test
    void hartStateErrorsAreReported() {
        assertEquals(INVALID_PARAMETER, afterCall(2, HSM, 0, 2, "RAM", 0).x("a0"));
        assertEquals(INVALID_PARAMETER, afterCall(2, HSM, 0, -1, "RAM", 0).x("a0"));
        assertEquals(INVALID_ADDRESS, afterCall(2, HSM, 0, 1, "0x1000", 0).x("a0"));
        assertEquals(INVALID_PARAMETER, afterCall(2, HSM, 2, 2).x("a0"));
        assertEquals(INVALID_PARAMETER, afterCall(2, HSM, 3, 1, 0, 0).x("a0"));
        assertEquals(NOT_SUPPORTED, afterCall(2, HSM, 9).x("a0"));
    }

    /** A line that is high while a hart is started again is high for it: devices tell of changes only. */
    @Test
    void aStartedHartSeesItsInterruptLines() {
        var machine = TinyMachine.kernel(
                TinyMachine.withHarts(2), """
                la s0, second
                li t0, PLIC
                li t1, 1
                sw t1, 40(t0)
                li t2, PLIC + 0x2180     # hart 1's supervisor
                li t1, 1 << 10
                sw t1, 0(t2)
                li t0, UART
                li t1, 2
                sb t1, 1(t0)
                li a0, 1
                mv a1, s0
                """ + call(HSM, 0) + "1: pause\nj 1b\nsecond: csrr s1, sip\nj .");
        machine.step(4000);
        assertEquals(1 << 9, machine.x(1, "s1"));
    }

    @Test
    void interProcessorInterruptsArrive() {
        var machine = TinyMachine.kernel(
                TinyMachine.withHarts(3), """
                la s0, second
                li a0, 1
                mv a1, s0
                """ + call(HSM, 0) + "pause\npause\n" + call(IPI, 0, "0b10", 0) + DONE + """
                second: csrsi sie, 2
                1: wfi
                csrr s1, sip
                beqz s1, 1b
                li s2, 1
                wfi
                csrci sip, 2
                csrr s3, sip
                j .
                """);
        machine.runTo("done");
        machine.step(3000);
        assertEquals(2, machine.x(1, "s1"));
        assertEquals(0, machine.x(1, "s3"), "software takes it back");
        assertEquals(0, machine.csr(0, "sip"));
        assertEquals(0, machine.csr(2, "sip"));
    }

    @ParameterizedTest
    @CsvSource({
        "0b1000, 0, -3",
        "1, 3, -3",
        "1, 4, -3",
        "0b110, 0, 0",
        "0b11, 1, 0",
        "0b100, 1, -3",
        "0, -1, 0",
        "0, 0, 0",
        "-1, 0, -3",
        "1, -2, -3"
    })
    void hartMasksMustNameHartsThatExist(String mask, String first, long error) {
        assertEquals(error, afterCall(3, IPI, 0, mask, first).x("a0"), "IPI");
        assertEquals(error, afterCall(3, RFENCE, 0, mask, first).x("a0"), "RFENCE");
    }

    @Test
    void aRetentiveSuspendWaitsAndReturns() {
        var machine = TinyMachine.kernel("li t0, 1 << 5\ncsrw sie, t0\n" + call(TIME, 0, 5000) + "li s5, 3\n"
                + call(HSM, 3, 0, 0, 0) + "rdtime s0" + DONE);
        machine.runTo("done");
        assertEquals(0, machine.x("a0"));
        assertEquals(5000, machine.x("s0"));
        assertEquals(3, machine.x("s5"));
    }

    @Test
    void aNonRetentiveSuspendBeginsAnew() {
        var machine = TinyMachine.kernel("li t0, 1 << 5\ncsrw sie, t0\nla s0, resume\n" + call(TIME, 0, 5000)
                + "mv a1, s0\nli a0, 0x80000000\nli a2, 17\nli a6, 3\nli a7, %d\necall\nj .\n".formatted(HSM)
                + "resume: rdtime s1\n" + DONE);
        machine.runTo("done");
        assertEquals(5000, machine.x("s1"));
        assertEquals(0, machine.x("a0"));
        assertEquals(17, machine.x("a1"));
    }

    /** Harts run in turn for a quantum of steps each: the same order every time. */
    @Test
    void hartsTakeTurnsByQuantum() {
        var machine = TinyMachine.running(3, "1: addi s0, s0, 1\nj 1b");
        machine.step(6000);
        for (int hart = 0; hart < 3; hart++) {
            assertEquals(1000, machine.x(hart, "s0"));
        }
        machine.step(500);
        assertEquals(1250, machine.x(1, "s0"), "the first turn was hart 1's: hart 0's had no steps before it");
        assertEquals(1000, machine.x(0, "s0"));
        assertEquals(1000, machine.x(2, "s0"));
    }

    @Test
    void inputIsOnlyTakenAtItsMoment() {
        var machine = TinyMachine.running("j .");
        machine.step(10);
        assertThrows(
                IllegalStateException.class,
                () -> machine.machine()
                        .apply(new InputEvent.WallClock(9, machine.machine().virtualNanos(), 1)));
    }
}
