package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.hart.HartState.*;

/**
 * Every CSR of a hart, a row each (privileged manual, "CSR Listing"; unprivileged manual, "Zicntr and Zihpm"). WARL
 * fields take legal values as they come and keep their old or their only value otherwise.
 */
final class CsrTable {
    static final int MIP = 0x344;

    /** fflags, frm and fcsr are 1 to 3: there only while mstatus.FS says so. */
    static final int LAST_FLOATING_POINT = 3;

    private static final int MCYCLE_NUMBER = 0xB00;
    private static final int MINSTRET_NUMBER = 0xB02;

    private static final Csr[] ROWS = new Csr[4096];

    // Interrupts: software, timer and external, of S- and M-mode.
    private static final long SUPERVISOR_INTERRUPTS = 1L << 1 | 1L << Hart.STIP | 1L << 9;
    private static final long ALL_INTERRUPTS = SUPERVISOR_INTERRUPTS | 1L << 3 | 1L << 7 | 1L << 11;
    private static final long SSIP = 1L << 1;

    /** Every exception can be delegated but the machine's own call. */
    private static final long DELEGABLE = 0xB3FF;

    /** I, M, A, F, D, C, B, S and U on 64 bits. */
    private static final long MISA =
            2L << 62 | bit('i') | bit('m') | bit('a') | bit('f') | bit('d') | bit('c') | bit('b') | bit('s') | bit('u');

    private static final long MENVCFG_STCE = 1L << 63;
    private static final long MENVCFG_WRITABLE = MENVCFG_STCE | 1L << 62 | 1L << 61 | 0xF0 | 1;
    private static final long SENVCFG_WRITABLE = 0xF0 | 1;
    private static final long COUNTERS = 0xFFFF_FFFFL;
    private static final long INHIBIT_CYCLE = 1;
    private static final long INHIBIT_RETIRED = 4;
    private static final int TIME = 1;

    static {
        floatingPoint();
        unprivilegedCounters();
        supervisor();
        machine();
        protection();
        machineCounters();
        triggers();
    }

    private CsrTable() {}

    static Csr find(int number) {
        return ROWS[number];
    }

    private static long bit(char extension) {
        return 1L << extension - 'a';
    }

    private static void row(int number, String name, Csr.Read read, Csr.Write write) {
        if (ROWS[number] != null) {
            throw new IllegalStateException("CSR %#x is declared twice".formatted(number));
        }
        ROWS[number] = new Csr(number, name, read, write);
    }

    /** A register that keeps the bits of {@code mask} in a field of the state. */
    private static void field(int number, String name, int offset, long mask) {
        row(number, name, h -> h.state().get(offset), (h, v) -> h.state().set(offset, v & mask));
    }

    private static void constant(int number, String name, long value) {
        row(number, name, _ -> value, (_, _) -> {});
    }

    private static void floatingPoint() {
        row(
                0x001,
                "fflags",
                h -> readFp(h, FFLAGS),
                (h, v) -> writeFp(h, v & 31, h.state().get(FRM)));
        row(0x002, "frm", h -> readFp(h, FRM), (h, v) -> writeFp(h, h.state().get(FFLAGS), v & 7));
        row(0x003, "fcsr", h -> readFp(h, FFLAGS) | h.state().get(FRM) << 5, (h, v) -> writeFp(h, v & 31, v >>> 5 & 7));
    }

    private static long readFp(Hart hart, int offset) {
        requireFp(hart);
        return hart.state().get(offset);
    }

    private static void writeFp(Hart hart, long flags, long roundingMode) {
        requireFp(hart);
        hart.state().set(FFLAGS, flags);
        hart.state().set(FRM, roundingMode);
        hart.state().set(MSTATUS, hart.state().get(MSTATUS) | Mstatus.FS);
    }

    private static void requireFp(Hart hart) {
        if ((hart.state().get(MSTATUS) & Mstatus.FS) == 0) {
            throw hart.illegalInstruction();
        }
    }

    private static void unprivilegedCounters() {
        counter(0xC00, "cycle", 0, CsrTable::cycles);
        counter(0xC01, "time", TIME, h -> h.timebase().mtime());
        counter(0xC02, "instret", 2, CsrTable::retired);
        for (int i = 3; i < 32; i++) {
            counter(0xC00 + i, "hpmcounter" + i, i, _ -> 0);
        }
    }

    private static void counter(int number, String name, int bit, Csr.Read value) {
        row(
                number,
                name,
                h -> {
                    int privilege = h.privilege();
                    if (privilege < Privilege.MACHINE && (h.state().get(MCOUNTEREN) >>> bit & 1) == 0
                            || privilege == Privilege.USER && (h.state().get(SCOUNTEREN) >>> bit & 1) == 0) {
                        throw h.illegalInstruction();
                    }
                    return value.read(h);
                },
                null);
    }

    private static void supervisor() {
        row(
                0x100,
                "sstatus",
                h -> status(h) & (Mstatus.SUPERVISOR | Mstatus.UXL | Mstatus.SD),
                (h, v) -> writeStatus(h, Mstatus.SUPERVISOR, v));
        row(0x104, "sie", h -> h.state().get(MIE) & h.state().get(MIDELEG), (h, v) -> {
            long mask = h.state().get(MIDELEG);
            h.state().set(MIE, h.state().get(MIE) & ~mask | v & mask);
        });
        row(0x105, "stvec", h -> h.state().get(STVEC), (h, v) -> writeVector(h, STVEC, v));
        field(0x106, "scounteren", SCOUNTEREN, COUNTERS);
        row(
                0x10A,
                "senvcfg",
                h -> h.state().get(SENVCFG),
                (h, v) -> writeEnvironment(h, SENVCFG, v & SENVCFG_WRITABLE));
        field(0x140, "sscratch", SSCRATCH, -1);
        field(0x141, "sepc", SEPC, ~1L);
        field(0x142, "scause", SCAUSE, -1);
        field(0x143, "stval", STVAL, -1);
        row(0x144, "sip", h -> h.pending() & h.state().get(MIDELEG), (h, v) -> {
            long mask = SSIP & h.state().get(MIDELEG);
            h.state().set(HartState.MIP, h.state().get(HartState.MIP) & ~mask | v & mask);
        });
        row(0x14D, "stimecmp", CsrTable::readTimer, CsrTable::writeTimer);
        row(0x180, "satp", CsrTable::readTranslation, CsrTable::writeTranslation);
    }

    private static long status(Hart hart) {
        long mstatus = hart.state().get(MSTATUS);
        return (mstatus & Mstatus.FS) == Mstatus.FS ? mstatus | Mstatus.SD : mstatus;
    }

    private static void writeStatus(Hart hart, long writable, long value) {
        long old = hart.state().get(MSTATUS);
        long mstatus = old & ~writable | value & writable;
        if ((mstatus & Mstatus.MPP) == 2L << Mstatus.MPP_SHIFT) {
            mstatus = mstatus & ~Mstatus.MPP | old & Mstatus.MPP;
        }
        hart.state().set(MSTATUS, mstatus);
        if (((old ^ mstatus) & Mstatus.MXR) != 0) {
            hart.mmu().tlb().flushAll();
        }
        hart.mmu().selectTables();
    }

    /** Direct or vectored; other modes keep the old value. */
    private static void writeVector(Hart hart, int offset, long value) {
        if ((value & 2) == 0) {
            hart.state().set(offset, value);
        }
    }

    /** CBIE = 2 is reserved: the field keeps its value. */
    private static void writeEnvironment(Hart hart, int offset, long value) {
        long cbie = value >>> 4 & 3;
        hart.state().set(offset, cbie == 2 ? value & ~0x30 | hart.state().get(offset) & 0x30 : value);
    }

    private static long readTimer(Hart hart) {
        requireTimer(hart);
        return hart.state().get(STIMECMP);
    }

    private static void writeTimer(Hart hart, long value) {
        requireTimer(hart);
        hart.state().set(STIMECMP, value);
        hart.updateTimer();
    }

    private static void requireTimer(Hart hart) {
        boolean allowed =
                (hart.state().get(MENVCFG) & MENVCFG_STCE) != 0 && (hart.state().get(MCOUNTEREN) >>> TIME & 1) != 0;
        if (hart.privilege() < Privilege.MACHINE && !allowed) {
            throw hart.illegalInstruction();
        }
    }

    private static long readTranslation(Hart hart) {
        hart.fenceVirtualMemory();
        return hart.state().get(SATP);
    }

    /** A write with a mode that the hart lacks has no effect at all; there are no ASIDs. */
    private static void writeTranslation(Hart hart, long value) {
        hart.fenceVirtualMemory();
        long mode = value >>> PageWalker.MODE_SHIFT;
        if (mode == 0 || mode >= 8 && mode <= hart.largestSatpMode()) {
            hart.state().set(SATP, value & ~(0xFFFFL << 44));
            hart.mmu().selectSpace();
        }
    }

    private static void machine() {
        constant(0xF11, "mvendorid", 0);
        constant(0xF12, "marchid", 0);
        constant(0xF13, "mimpid", 0);
        row(0xF14, "mhartid", Hart::index, null);
        constant(0xF15, "mconfigptr", 0);
        row(0x300, "mstatus", CsrTable::status, (h, v) -> writeStatus(h, Mstatus.WRITABLE, v));
        constant(0x301, "misa", MISA);
        field(0x302, "medeleg", MEDELEG, DELEGABLE);
        field(0x303, "mideleg", MIDELEG, SUPERVISOR_INTERRUPTS);
        field(0x304, "mie", MIE, ALL_INTERRUPTS);
        row(0x305, "mtvec", h -> h.state().get(MTVEC), (h, v) -> writeVector(h, MTVEC, v));
        field(0x306, "mcounteren", MCOUNTEREN, COUNTERS);
        row(0x30A, "menvcfg", h -> h.state().get(MENVCFG), (h, v) -> {
            writeEnvironment(h, MENVCFG, v & MENVCFG_WRITABLE);
            if ((v & MENVCFG_STCE) != 0) {
                // STIP is the comparison alone from now on: what software wrote before must not show through.
                h.state().set(HartState.MIP, h.state().get(HartState.MIP) & ~(1L << Hart.STIP));
            }
            h.mmu().tlb().flushAll();
            h.updateTimer();
        });
        field(0x340, "mscratch", MSCRATCH, -1);
        field(0x341, "mepc", MEPC, ~1L);
        field(0x342, "mcause", MCAUSE, -1);
        field(0x343, "mtval", MTVAL, -1);
        row(MIP, "mip", Hart::pending, CsrTable::writePending);
        field(0x747, "mseccfg", MSECCFG, 0);
    }

    /** Supervisor bits can be written; the timer's only while it does not come from stimecmp. */
    private static void writePending(Hart hart, long value) {
        boolean hardwareTimer = (hart.state().get(MENVCFG) & MENVCFG_STCE) != 0;
        long mask = hardwareTimer ? SUPERVISOR_INTERRUPTS & ~(1L << Hart.STIP) : SUPERVISOR_INTERRUPTS;
        hart.state().set(HartState.MIP, value & mask);
    }

    private static void protection() {
        for (int i = 0; i < 2; i++) {
            int register = i;
            row(0x3A0 + 2 * i, "pmpcfg" + 2 * i, h -> h.mmu().pmp().readConfig(register), (h, v) -> {
                h.mmu().pmp().writeConfig(register, v);
                h.mmu().tlb().flushAll();
            });
        }
        for (int i = 0; i < Pmp.REGIONS; i++) {
            int region = i;
            row(0x3B0 + i, "pmpaddr" + i, h -> h.mmu().pmp().readAddress(region), (h, v) -> {
                h.mmu().pmp().writeAddress(region, v);
                h.mmu().tlb().flushAll();
            });
        }
    }

    private static void machineCounters() {
        row(
                MCYCLE_NUMBER,
                "mcycle",
                CsrTable::cycles,
                (h, v) -> setCounter(h, MCYCLE, INHIBIT_CYCLE, v - steps(h) - 1, v));
        row(
                MINSTRET_NUMBER,
                "minstret",
                CsrTable::retired,
                (h, v) -> setCounter(h, MINSTRET, INHIBIT_RETIRED, v - retirements(h) - 1, v));
        for (int i = 3; i < 32; i++) {
            constant(0xB00 + i, "mhpmcounter" + i, 0);
            constant(0x320 + i, "mhpmevent" + i, 0);
        }
        row(0x320, "mcountinhibit", h -> h.state().get(MCOUNTINHIBIT), CsrTable::writeInhibit);
    }

    private static long steps(Hart hart) {
        return hart.state().get(STEPS);
    }

    private static long retirements(Hart hart) {
        return hart.state().get(STEPS) - hart.state().get(TRAPS);
    }

    private static long cycles(Hart hart) {
        boolean inhibited = (hart.state().get(MCOUNTINHIBIT) & INHIBIT_CYCLE) != 0;
        return hart.state().get(MCYCLE) + (inhibited ? 0 : steps(hart));
    }

    private static long retired(Hart hart) {
        boolean inhibited = (hart.state().get(MCOUNTINHIBIT) & INHIBIT_RETIRED) != 0;
        return hart.state().get(MINSTRET) + (inhibited ? 0 : retirements(hart));
    }

    /** What a counting counter is set to takes the place of this instruction's own increment. */
    private static void setCounter(Hart hart, int offset, long inhibitBit, long counting, long inhibited) {
        boolean isInhibited = (hart.state().get(MCOUNTINHIBIT) & inhibitBit) != 0;
        hart.state().set(offset, isInhibited ? inhibited : counting);
    }

    /** Whether a register counts the instruction that writes it, and so has one more behind it than was written. */
    static boolean isCounting(Hart hart, int number) {
        long inhibited = hart.state().get(MCOUNTINHIBIT);
        return number == MCYCLE_NUMBER && (inhibited & INHIBIT_CYCLE) == 0
                || number == MINSTRET_NUMBER && (inhibited & INHIBIT_RETIRED) == 0;
    }

    private static void writeInhibit(Hart hart, long value) {
        long cycles = cycles(hart);
        long retired = retired(hart);
        hart.state().set(MCOUNTINHIBIT, value & (INHIBIT_CYCLE | INHIBIT_RETIRED));
        setCounter(hart, MCYCLE, INHIBIT_CYCLE, cycles - steps(hart), cycles);
        setCounter(hart, MINSTRET, INHIBIT_RETIRED, retired - retirements(hart), retired);
    }

    /** No debug triggers: tselect reads back zero whatever is written, so software finds none. */
    private static void triggers() {
        constant(0x7A0, "tselect", 0);
        constant(0x7A1, "tdata1", 0);
        constant(0x7A2, "tdata2", 0);
        constant(0x7A3, "tdata3", 0);
        constant(0x7A4, "tinfo", 1);
    }
}
