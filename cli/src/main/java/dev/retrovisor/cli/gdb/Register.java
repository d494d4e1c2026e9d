package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.hart.CsrNames;
import dev.retrovisor.machine.isa.Registers;
import java.util.ArrayList;
import java.util.List;

/**
 * A register as gdb numbers it.
 *
 * @param number in packets
 * @param name as gdb knows it
 * @param kind where it is found
 * @param index among its kind: of the integer and floating-point ones, or the CSR's number
 */
record Register(int number, String name, Kind kind, int index) {
    /** Which file a register is in. */
    enum Kind {
        INTEGER(8),
        PC(8),
        FLOAT(8),
        /** fflags, frm and fcsr. */
        FLOAT_STATE(4),
        CSR(8),
        /** The hart's mode, which is no register of the machine's. */
        PRIVILEGE(8);

        private final int lengthBytes;

        Kind(int lengthBytes) {
            this.lengthBytes = lengthBytes;
        }
    }

    static final int PC_NUMBER = 32;
    static final int RA = 1;
    static final int SP = 2;
    static final int FP = 8;

    private static final int FIRST_FLOAT = 33;
    private static final int FIRST_CSR = 65;
    private static final int LAST_FLOAT_STATE = 3;
    private static final int CSRS = 4096;
    private static final int PRIVILEGE_NUMBER = FIRST_CSR + CSRS;

    private static final List<Register> USER = user();
    private static final List<Register> ALL = all();

    int lengthBytes() {
        return kind.lengthBytes;
    }

    /** What a program sees: integers, pc and floating point. They are in one packet. */
    static List<Register> ofProgram() {
        return USER;
    }

    /** The same, and all that a hart has beside. */
    static List<Register> ofHart() {
        return ALL;
    }

    private static List<Register> user() {
        var registers = new ArrayList<Register>();
        for (int i = 0; i < 32; i++) {
            registers.add(new Register(i, Registers.integerName(i), Kind.INTEGER, i));
        }
        registers.add(new Register(PC_NUMBER, "pc", Kind.PC, 0));
        for (int i = 0; i < 32; i++) {
            registers.add(new Register(FIRST_FLOAT + i, Registers.floatName(i), Kind.FLOAT, i));
        }
        for (int csr = 1; csr <= LAST_FLOAT_STATE; csr++) {
            registers.add(new Register(FIRST_CSR + csr, CsrNames.name(csr), Kind.FLOAT_STATE, csr));
        }
        return List.copyOf(registers);
    }

    private static List<Register> all() {
        var registers = new ArrayList<>(USER);
        for (int csr = LAST_FLOAT_STATE + 1; csr < CSRS; csr++) {
            String name = CsrNames.name(csr);
            if (name != null) {
                registers.add(new Register(FIRST_CSR + csr, name, Kind.CSR, csr));
            }
        }
        registers.add(new Register(PRIVILEGE_NUMBER, "priv", Kind.PRIVILEGE, 0));
        return List.copyOf(registers);
    }
}
