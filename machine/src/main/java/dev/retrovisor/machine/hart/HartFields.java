package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.isa.Registers;
import java.util.List;

/** Names of what {@link HartState} saves, for people. */
public final class HartFields {
    private static final int X_FIELDS = 32;

    /** What follows the registers x and f, in the order of the state. */
    private static final List<String> OTHERS =
            List.of(("pc privilege reservation steps traps fflags frm waiting life pins mstatus medeleg mideleg mie mip"
                            + " mtvec mcounteren menvcfg mcountinhibit mscratch mepc mcause mtval mseccfg mcycle minstret"
                            + " stvec scounteren senvcfg sscratch sepc scause stval satp stimecmp pmpcfg0 pmpcfg2"
                            + " pmpaddr0 pmpaddr1 pmpaddr2 pmpaddr3 pmpaddr4 pmpaddr5 pmpaddr6 pmpaddr7 pmpaddr8 pmpaddr9"
                            + " pmpaddr10 pmpaddr11 pmpaddr12 pmpaddr13 pmpaddr14 pmpaddr15")
                    .split(" "));

    private HartFields() {}

    /** The name of the field at an offset below {@link HartState#SAVED_BYTES}: {@code x10/a0}, {@code mepc}. */
    public static String name(int offset) {
        int slot = offset / Long.BYTES;
        if (slot < HartState.F_SLOT) {
            return "x" + slot + "/" + Registers.integerName(slot);
        }
        int number = slot - HartState.F_SLOT;
        return number < X_FIELDS ? "f" + number + "/" + Registers.floatName(number) : OTHERS.get(number - X_FIELDS);
    }
}
