package dev.retrovisor.machine.hart;

/** Exception codes of {@code mcause} and {@code scause} (privileged manual, "Machine Cause Register"). */
public final class Cause {
    public static final int INSTRUCTION_ACCESS_FAULT = 1;
    public static final int ILLEGAL_INSTRUCTION = 2;
    public static final int BREAKPOINT = 3;
    public static final int LOAD_MISALIGNED = 4;
    public static final int LOAD_ACCESS_FAULT = 5;
    public static final int STORE_MISALIGNED = 6;
    public static final int STORE_ACCESS_FAULT = 7;
    public static final int ECALL_FROM_USER = 8;
    public static final int ECALL_FROM_SUPERVISOR = 9;
    public static final int ECALL_FROM_MACHINE = 11;
    public static final int INSTRUCTION_PAGE_FAULT = 12;
    public static final int LOAD_PAGE_FAULT = 13;
    public static final int STORE_PAGE_FAULT = 15;

    /** Set in the cause of an interrupt. */
    public static final long INTERRUPT = 1L << 63;

    private Cause() {}
}
