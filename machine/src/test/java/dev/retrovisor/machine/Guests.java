package dev.retrovisor.machine;

/** Pieces of the small guest programs that tests run on {@link TinyMachine}. */
public final class Guests {
    /** Sends every trap to machine mode, where the guest stays at the label {@code trap}. */
    public static final String TRAPS = """
            la t0, trap
            csrw mtvec, t0
            j begin
            .align 2
            trap: j trap
            begin:
            """;

    /** Lets S- and U-mode use all of memory: one PMP region. */
    public static final String OPEN_MEMORY = """
            li t0, -1
            csrw pmpaddr0, t0
            li t0, 0x1f
            csrw pmpcfg0, t0
            """;

    /** {@link #TRAPS} and {@link #OPEN_MEMORY}. */
    public static final String OPEN_TRAPS = TRAPS + OPEN_MEMORY;

    /** Ends a program. */
    public static final String DONE = "\ndone: j done\n";

    /** Switches the machine off. */
    public static final String POWER_OFF = "\nli t6, SYSCON; li t5, POWER_OFF; sw t5, 0(t6); j .\n";

    private Guests() {}

    /** Code that goes on at a label in user mode (0), supervisor mode (1) or machine mode (3). */
    public static String enter(int privilege, String label) {
        return """

                li t0, 3 << 11
                csrc mstatus, t0
                li t0, %d << 11
                csrs mstatus, t0
                la t0, %s
                csrw mepc, t0
                mret
                """.formatted(privilege, label);
    }
}
