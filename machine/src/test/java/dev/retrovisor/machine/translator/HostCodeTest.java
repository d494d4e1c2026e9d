package dev.retrovisor.machine.translator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import org.junit.jupiter.api.Test;

/** The smallest programs that showed host code to do other than the interpreter; run in one go, so that it is host code. */
final class HostCodeTest {
    private static final String FLOAT_ON = "li t0, 3 << 13\ncsrs mstatus, t0\n";

    /** More than each of these programs takes. */
    private static final int STEPS = 1000;

    private static TinyMachine run(String program) {
        var machine = TinyMachine.running(program + "\ndone: j done\n");
        machine.step(STEPS);
        return machine;
    }

    /** A conversion to a signed number, which it is done by where that is enough, raises the invalid flag for these. */
    @Test
    void numbersThatOnlyAnUnsignedLongHoldsAreConvertedWithoutFlags() {
        var machine = run(FLOAT_ON + """
                li a0, -1 << 63
                fcvt.d.lu fa0, a0
                fcvt.s.lu fa1, a0
                csrw fflags, x0
                fcvt.lu.d a1, fa0, rtz
                fcvt.lu.s a2, fa1, rtz
                csrr a3, fflags
                """);
        assertEquals(Long.MIN_VALUE, machine.x("a1"));
        assertEquals(Long.MIN_VALUE, machine.x("a2"));
        assertEquals(0, machine.x("a3"));
    }
}
