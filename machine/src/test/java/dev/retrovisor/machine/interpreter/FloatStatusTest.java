package dev.retrovisor.machine.interpreter;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.TRAPS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.hart.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Floating point's state: mstatus.FS, frm, fflags, NaN boxes (unprivileged manual, "F Extension"). */
final class FloatStatusTest {
    private static final String INITIAL = "li t0, 1 << 13\ncsrs mstatus, t0\nla a1, cell\n";
    private static final String CELL = "\n.align 3\ncell: .dword 0x3ff0000000000000\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fadd.d fa0, fa0, fa0", "flw fa0, 0(a1)", "fld fa0, 0(a1)", "fsw fa0, 0(a1)", "fsd fa0, 0(a1)",
                "fmv.x.d a0, fa0", "fmv.w.x fa0, a0", "csrr a0, fflags", "csrw frm, a0", "csrr a0, fcsr",
                "feq.s a0, fa0, fa0", "c.fld fa0, 0(a1)", "c.fsdsp fa0, 0(sp)", "fclass.d a0, fa0", "fcvt.d.w fa0, a0"
            })
    void everythingIsIllegalWhileFloatingPointIsOff(String instruction) {
        var machine = TinyMachine.running(TRAPS + "la a1, cell\nmv sp, a1\nat: " + instruction + CELL)
                .runTo("trap");
        assertEquals(Cause.ILLEGAL_INSTRUCTION, machine.csr("mcause"));
        assertEquals(machine.label("at"), machine.csr("mepc"));
    }

    /** "Extension Context Status": what changes registers or flags makes FS dirty, what reads them does not. */
    @ParameterizedTest
    @CsvSource({
        "fadd.d fa0; fa1; fa2, 3", "fld fa0; 0(a1), 3", "flw fa0; 0(a1), 3", "fmv.d.x fa0; a0, 3", "csrw fflags; x0, 3",
        "csrw frm; x0, 3", "fsd fa0; 0(a1), 1", "fmv.x.d a0; fa0, 1", "csrr a0; fcsr, 1", "fclass.s a0; fa0, 1",
        "flt.s a0; fa0; fa1, 3", "fcvt.w.s a0; fa0, 3"
    })
    void statusTellsWhatChanged(String instruction, int status) {
        // The registers hold zeros, no NaN boxes: comparing or converting them as singles raises the invalid flag.
        var machine = TinyMachine.running(TRAPS + INITIAL + instruction.replace(';', ',') + DONE + CELL)
                .runTo("done");
        assertEquals(status, machine.csr("mstatus") >> 13 & 3);
        assertEquals(status == 3 ? 1 : 0, machine.csr("mstatus") >>> 63, "SD sums up");
    }

    @ParameterizedTest
    @CsvSource({
        "rm5, 0, true",
        "rm6, 0, true",
        "dyn, 5, true",
        "dyn, 6, true",
        "dyn, 7, true",
        "dyn, 4, false",
        "rne, 7, false"
    })
    void reservedRoundingModesAreIllegal(String mode, int frm, boolean traps) {
        var machine = TinyMachine.running(
                TRAPS + INITIAL + "csrwi frm, %d\nat: fadd.d fa0, fa1, fa2, %s".formatted(frm, mode) + DONE + CELL);
        machine.runTo(traps ? "trap" : "done");
        assertEquals(traps ? Cause.ILLEGAL_INSTRUCTION : 0, machine.csr("mcause"));
    }

    @Test
    void flagsAccrueAndTheThreeRegistersAreOne() {
        var machine = TinyMachine.running(INITIAL + """
                fdiv.d fa0, fa1, fa2     # 0 / 0: invalid
                csrr a2, fflags
                li a0, 1
                fcvt.d.l fa3, a0
                fdiv.d fa0, fa3, fa1     # 1 / 0: by zero
                csrr a3, fflags
                csrwi frm, 3
                csrr a4, fcsr
                li a5, 0xfff
                csrw fcsr, a5
                csrr a6, frm
                csrr a7, fcsr
                """ + DONE + CELL).runTo("done");
        assertEquals(0x10, machine.x("a2"));
        assertEquals(0x18, machine.x("a3"));
        assertEquals(0x78, machine.x("a4"));
        assertEquals(7, machine.x("a6"));
        assertEquals(0xFF, machine.x("a7"));
    }

    /** "NaN Boxing of Narrower Values". */
    @Test
    void singlesAreBoxedAndUnboxedValuesCountAsNan() {
        var machine = TinyMachine.running(INITIAL + """
                li a0, 0x3f800000
                fmv.w.x fa0, a0
                fmv.x.d a2, fa0
                fmv.d.x fa1, a0          # not boxed
                fadd.s fa2, fa1, fa0
                fmv.x.d a3, fa2
                fmv.x.w a4, fa1          # moves do not look
                fsgnj.s fa3, fa1, fa1
                fmv.x.w a5, fa3
                """ + DONE + CELL).runTo("done");
        assertEquals(0xFFFF_FFFF_3F80_0000L, machine.x("a2"));
        assertEquals(0xFFFF_FFFF_7FC0_0000L, machine.x("a3"));
        assertEquals(0x3F80_0000, machine.x("a4"));
        assertEquals(0x7FC0_0000, machine.x("a5"), "sign injection takes the canonical NaN");
    }
}
