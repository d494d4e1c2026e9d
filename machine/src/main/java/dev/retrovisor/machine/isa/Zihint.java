package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.Hart;

/** Zihintpause and Zawrs: instructions of a waiting hart (unprivileged manual, "Zihintpause" and "Zawrs"). */
public final class Zihint {
    private Zihint() {}

    @Insn(bits = "0000 0001 0000 00000 000 00000 0001111", asm = "pause")
    public static void pause(Hart hart) {
        hart.yieldQuantum();
    }

    @Insn(bits = "000000001101 00000 000 00000 1110011", asm = "wrs.nto")
    public static void wrsnto(Hart hart) {
        // Ends at once: no wait without bound, which is what mstatus.TW would forbid below machine mode.
        hart.yieldQuantum();
    }

    @Insn(bits = "000000011101 00000 000 00000 1110011", asm = "wrs.sto")
    public static void wrssto(Hart hart) {
        hart.yieldQuantum();
    }
}
