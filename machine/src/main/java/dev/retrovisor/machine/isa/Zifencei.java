package dev.retrovisor.machine.isa;

/** Zifencei (unprivileged manual, "Zifencei Extension for Instruction-Fetch Fence"). */
public final class Zifencei {
    private Zifencei() {}

    @Insn(bits = "imm[11:0] rs1 001 rd 0001111", asm = "fence.i")
    public static void fencei() {
        // The law of the machine: a store is seen by the next fetch, so there is nothing to do.
    }
}
