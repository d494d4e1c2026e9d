package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.OffHeap;

/**
 * One hart's registers off-heap, in a layout that the engines share: byte offsets from the state's address.
 *
 * <p>ARCHITECTURE.md draws it. Everything below {@link #SAVED_BYTES} is machine state, saved and hashed as it stands;
 * what lies above is derived (TLB pointers) or scratch. Registers are indexed in slots of eight bytes.
 */
public final class HartState {
    /** x0 to x31, slots 0 to 31; x0 stays zero because writes to it go to {@link #SINK_SLOT}. */
    public static final int X = 0;

    /** f0 to f31, slots 32 to 63, NaN-boxed. */
    public static final int F = 256;

    public static final int F_SLOT = 32;

    public static final int PC = 512;

    /** 0 user, 1 supervisor, 3 machine. */
    public static final int PRIVILEGE = 520;

    /** Host-independent reservation: the physical address of the last load-reserved, or {@link #NO_RESERVATION}. */
    public static final int RESERVATION = 528;

    /** Steps this hart has made: retired instructions and traps taken. */
    public static final int STEPS = 536;

    /** Traps taken. */
    public static final int TRAPS = 544;

    public static final int FFLAGS = 552;
    public static final int FRM = 560;

    /** 1 while the hart waits for an interrupt (WFI). */
    public static final int WAITING = 568;

    /** SBI hart state: {@link #STARTED} or {@link #STOPPED}. */
    public static final int LIFE = 576;

    /** Interrupt inputs from devices, as bits of mip. */
    public static final int PINS = 584;

    // Machine-level registers.
    public static final int MSTATUS = 592;
    public static final int MEDELEG = 600;
    public static final int MIDELEG = 608;
    public static final int MIE = 616;
    public static final int MIP = 624;
    public static final int MTVEC = 632;
    public static final int MCOUNTEREN = 640;
    public static final int MENVCFG = 648;
    public static final int MCOUNTINHIBIT = 656;
    public static final int MSCRATCH = 664;
    public static final int MEPC = 672;
    public static final int MCAUSE = 680;
    public static final int MTVAL = 688;
    public static final int MSECCFG = 696;

    /** Added to the steps (mcycle) or retired instructions (minstret); the register itself while inhibited. */
    public static final int MCYCLE = 704;

    public static final int MINSTRET = 712;

    // Supervisor-level registers.
    public static final int STVEC = 720;
    public static final int SCOUNTEREN = 728;
    public static final int SENVCFG = 736;
    public static final int SSCRATCH = 744;
    public static final int SEPC = 752;
    public static final int SCAUSE = 760;
    public static final int STVAL = 768;
    public static final int SATP = 776;
    public static final int STIMECMP = 784;

    /** pmpcfg0 and pmpcfg2. */
    public static final int PMPCFG = 792;

    /** pmpaddr0 to pmpaddr15. */
    public static final int PMPADDR = 808;

    /** Length of the saved part. */
    public static final int SAVED_BYTES = 936;

    /** Where writes to x0 go. */
    public static final int SINK = 960;

    public static final int SINK_SLOT = SINK / 8;

    /** Address of the TLB for loads and stores at the present privilege. */
    public static final int DATA_TLB = 968;

    /** Address of the TLB for fetches at the present privilege. */
    public static final int FETCH_TLB = 976;

    /** Virtual address of the page of the block being executed; what code knows of its own address. */
    public static final int CODE_PAGE = 984;

    /** Steps that host code may still make. */
    public static final int BUDGET = 992;

    /** Address of the {@code JumpCache}. */
    public static final int JUMP_CACHE = 1000;

    /** Added to a physical address in RAM it is the host's. */
    public static final int RAM_ADDEND = 1008;

    /** A byte: 1 while host code computes with the host's floating-point unit set up for the guest. */
    public static final int FLOAT_LIVE = 1016;

    /** What the host's floating-point control register is set to for the guest. */
    public static final int MXCSR = 1024;

    /** What it held when host code was left. */
    public static final int MXCSR_RAISED = 1032;

    /** What it holds outside. */
    public static final int MXCSR_HOST = 1040;

    /** Address of the TLB's table for user mode; the others follow. */
    public static final int TLB = 1048;

    /** Virtual time when the budget is used up, in nanoseconds. */
    public static final int VIRTUAL_END = 1056;

    /** mtime less the ticks of virtual time. */
    public static final int TIME_OFFSET = 1064;

    /** What was left of the budget behind the last {@code pause} that host code made, or -1. */
    public static final int PAUSED_LEFT = 1072;

    /** 64 bytes: what the host's exception flags mean as the guest has them. */
    public static final int FLOAT_FLAGS = 1088;

    public static final int SIZE_BYTES = 1152;

    public static final long NO_RESERVATION = -1;
    public static final long STARTED = 0;
    public static final long STOPPED = 1;

    private final long address;

    /** A view of the {@link #SIZE_BYTES} bytes at {@code address}. */
    public HartState(long address) {
        this.address = address;
    }

    public long address() {
        return address;
    }

    /** Reads the field at one of the offsets above. */
    public long get(int offset) {
        return OffHeap.getLong(address + offset);
    }

    public void set(int offset, long value) {
        OffHeap.putLong(address + offset, value);
    }

    /** Writes a field of several bytes. */
    public void setBytes(int offset, byte[] bytes) {
        OffHeap.copyIn(bytes, 0, address + offset, bytes.length);
    }

    /** Integer register {@code number}, 0 to 31. */
    public long x(int number) {
        return get(X + number * 8);
    }

    public void setX(int number, long value) {
        set(number == 0 ? SINK : X + number * 8, value);
    }

    /** Floating-point register {@code number}, 0 to 31: raw bits. */
    public long f(int number) {
        return get(F + number * 8);
    }

    public void setF(int number, long value) {
        set(F + number * 8, value);
    }

    public long pc() {
        return get(PC);
    }

    public void setPc(long value) {
        set(PC, value);
    }
}
