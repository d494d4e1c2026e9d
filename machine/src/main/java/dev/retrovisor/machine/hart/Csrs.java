package dev.retrovisor.machine.hart;

/** A hart's control and status registers: access rules, and exchange as the Zicsr instructions want it. */
public final class Csrs {
    private final Hart hart;

    Csrs(Hart hart) {
        this.hart = hart;
    }

    /** csrrw: writes; reads only if {@code reads}, since a read may have an effect. */
    public long exchange(int number, long value, boolean reads) {
        Csr csr = accessible(number, true);
        long old = reads ? csr.read().read(hart) : 0;
        csr.write().write(hart, value);
        return old;
    }

    /** csrrs: reads; writes only if {@code writes}. */
    public long setBits(int number, long bits, boolean writes) {
        Csr csr = accessible(number, writes);
        long old = csr.read().read(hart);
        if (writes) {
            csr.write().write(hart, modifiable(number, old) | bits);
        }
        return old;
    }

    /** csrrc: reads; writes only if {@code writes}. */
    public long clearBits(int number, long bits, boolean writes) {
        Csr csr = accessible(number, writes);
        long old = csr.read().read(hart);
        if (writes) {
            csr.write().write(hart, modifiable(number, old) & ~bits);
        }
        return old;
    }

    /**
     * What machine mode would read, for whoever looks at a stopped machine: no access rule applies, nothing changes.
     *
     * @throws IllegalArgumentException if the hart has no such register
     */
    public long peek(int number) {
        Csr csr = CsrTable.find(number);
        if (csr == null) {
            throw new IllegalArgumentException("no CSR 0x%x".formatted(number));
        }
        HartState state = hart.state();
        long privilege = state.get(HartState.PRIVILEGE);
        long mstatus = state.get(HartState.MSTATUS);
        state.set(HartState.PRIVILEGE, Privilege.MACHINE);
        if (number <= CsrTable.LAST_FLOATING_POINT) {
            state.set(HartState.MSTATUS, mstatus | Mstatus.FS);
        }
        try {
            return csr.read().read(hart);
        } finally {
            state.set(HartState.PRIVILEGE, privilege);
            state.set(HartState.MSTATUS, mstatus);
        }
    }

    /**
     * Whether {@link #poke} can set a register.
     *
     * @throws IllegalArgumentException if it can't
     */
    public void requireWritable(int number) {
        Csr csr = CsrTable.find(number);
        if (csr == null) {
            throw new IllegalArgumentException("no CSR 0x%x".formatted(number));
        }
        if (csr.write() == null || number >>> 10 == 3) {
            throw new IllegalArgumentException("%s can only be read".formatted(csr.name()));
        }
    }

    /**
     * Sets what machine mode can write, between two instructions, for whoever changes a stopped machine: no other access
     * rule applies.
     *
     * @throws IllegalArgumentException if the hart has no such register, or it can only be read
     */
    public void poke(int number, long value) {
        requireWritable(number);
        HartState state = hart.state();
        long privilege = state.get(HartState.PRIVILEGE);
        boolean floatingPoint = number <= CsrTable.LAST_FLOATING_POINT;
        boolean floatingPointOff = (state.get(HartState.MSTATUS) & Mstatus.FS) == 0;
        state.set(HartState.PRIVILEGE, Privilege.MACHINE);
        if (floatingPoint) {
            state.set(HartState.MSTATUS, state.get(HartState.MSTATUS) | Mstatus.FS);
        }
        try {
            CsrTable.find(number).write().write(hart, CsrTable.isCounting(hart, number) ? value + 1 : value);
        } finally {
            if (floatingPoint && floatingPointOff) {
                state.set(HartState.MSTATUS, state.get(HartState.MSTATUS) & ~Mstatus.FS);
            }
            hart.setPrivilege((int) privilege);
        }
    }

    /**
     * Set and clear work on what software wrote, not on interrupt inputs (privileged manual, "Machine Interrupt
     * Registers": the value written back has the software bit of SEIP, not the input).
     */
    private long modifiable(int number, long read) {
        return number == CsrTable.MIP
                ? read & ~hart.state().get(HartState.PINS) | hart.state().get(HartState.MIP)
                : read;
    }

    private Csr accessible(int number, boolean writes) {
        Csr csr = CsrTable.find(number);
        if (csr == null || hart.privilege() < (number >>> 8 & 3) || writes && number >>> 10 == 3) {
            throw hart.illegalInstruction();
        }
        return csr;
    }
}
