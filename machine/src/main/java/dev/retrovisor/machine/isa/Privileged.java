package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.Hart;

/** Privileged instructions, with Svinval (privileged manual, "Machine-Mode Privileged Instructions" and "Supervisor Instructions"). */
public final class Privileged {
    private Privileged() {}

    @Insn(bits = "0011000 00010 00000 000 00000 1110011", asm = "mret")
    public static void mret(Hart hart) {
        hart.returnFromMachineTrap();
    }

    @Insn(bits = "0001000 00010 00000 000 00000 1110011", asm = "sret")
    public static void sret(Hart hart) {
        hart.returnFromSupervisorTrap();
    }

    @Insn(bits = "0001000 00101 00000 000 00000 1110011", asm = "wfi")
    public static void wfi(Hart hart) {
        hart.waitForInterrupt();
    }

    @Insn(bits = "0001001 rs2 rs1 000 00000 1110011", asm = "sfence.vma rs1, rs2")
    public static void sfencevma(Hart hart) {
        hart.fenceVirtualMemory();
    }

    @Insn(bits = "0001011 rs2 rs1 000 00000 1110011", asm = "sinval.vma rs1, rs2")
    public static void sinvalvma(Hart hart) {
        hart.fenceVirtualMemory();
    }

    @Insn(bits = "0001100 00000 00000 000 00000 1110011", asm = "sfence.w.inval")
    public static void sfencewinval(Hart hart) {
        hart.requireSupervisor();
    }

    @Insn(bits = "0001100 00001 00000 000 00000 1110011", asm = "sfence.inval.ir")
    public static void sfenceinvalir(Hart hart) {
        hart.requireSupervisor();
    }
}
