package dev.retrovisor.machine.event;

/**
 * A register of a hart that can be set from outside. {@link #number} is the manual's (RISC-V Debug Specification,
 * "Abstract Register Numbers"): CSRs as they are, x0 from 0x1000, f0 from 0x1020; pc and privilege, which the manual finds
 * in dpc and dcsr, have numbers of ours.
 */
public sealed interface HartRegister {
    HartRegister PC = new Pc();
    HartRegister PRIVILEGE = new Privilege();

    /** Where floating-point registers begin, behind the integer registers. */
    int FLOAT = 0x1020;

    int INTEGER = 0x1000;

    /** The numbers that traces have. */
    int number();

    /** x1 to x31; x0 can't be set. */
    record Integer(int index) implements HartRegister {
        public Integer {
            require(index >= 1 && index < 32, "integer register", index);
        }

        @Override
        public int number() {
            return INTEGER + index;
        }
    }

    /** f0 to f31, raw bits. */
    record Float(int index) implements HartRegister {
        public Float {
            require(index >= 0 && index < 32, "floating-point register", index);
        }

        @Override
        public int number() {
            return FLOAT + index;
        }
    }

    /** A control and status register, by the twelve bits that instructions name it by. */
    record Csr(int number) implements HartRegister {
        public Csr {
            require(number >= 0 && number < 0x1000, "CSR", number);
        }
    }

    /** The address of the next instruction. */
    record Pc() implements HartRegister {
        @Override
        public int number() {
            return 0x1040;
        }
    }

    /** 0 user, 1 supervisor, 3 machine. */
    record Privilege() implements HartRegister {
        @Override
        public int number() {
            return 0x1041;
        }
    }

    /**
     * The register with a number.
     *
     * @throws IllegalArgumentException if there is none, or it can't be set
     */
    static HartRegister of(int number) {
        if (number == PC.number()) {
            return PC;
        }
        if (number == PRIVILEGE.number()) {
            return PRIVILEGE;
        }
        if (number >= FLOAT) {
            return new Float(number - FLOAT);
        }
        return number >= INTEGER ? new Integer(number - INTEGER) : new Csr(number);
    }

    private static void require(boolean holds, String what, int index) {
        if (!holds) {
            throw new IllegalArgumentException("there is no %s %d that can be set".formatted(what, index));
        }
    }
}
