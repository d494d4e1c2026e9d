package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.Hart;

/** Zicsr: access to control and status registers (unprivileged manual, "Zicsr Extension for Control and Status Register (CSR) Instructions"). */
public final class Zicsr {
    private Zicsr() {}

    @Insn(bits = "csr rs1 001 rd 1110011", asm = "csrrw rd, csr, rs1")
    public static long csrrw(Hart hart, long rs1, long imm, boolean reads) {
        return hart.csrs().exchange((int) imm, rs1, reads);
    }

    @Insn(bits = "csr rs1 010 rd 1110011", asm = "csrrs rd, csr, rs1")
    public static long csrrs(Hart hart, long rs1, long imm, boolean writes) {
        return hart.csrs().setBits((int) imm, rs1, writes);
    }

    @Insn(bits = "csr rs1 011 rd 1110011", asm = "csrrc rd, csr, rs1")
    public static long csrrc(Hart hart, long rs1, long imm, boolean writes) {
        return hart.csrs().clearBits((int) imm, rs1, writes);
    }

    @Insn(bits = "csr zimm 101 rd 1110011", asm = "csrrwi rd, csr, zimm")
    public static long csrrwi(Hart hart, long zimm, long imm, boolean reads) {
        return hart.csrs().exchange((int) imm, zimm, reads);
    }

    @Insn(bits = "csr zimm 110 rd 1110011", asm = "csrrsi rd, csr, zimm")
    public static long csrrsi(Hart hart, long zimm, long imm, boolean writes) {
        return hart.csrs().setBits((int) imm, zimm, writes);
    }

    @Insn(bits = "csr zimm 111 rd 1110011", asm = "csrrci rd, csr, zimm")
    public static long csrrci(Hart hart, long zimm, long imm, boolean writes) {
        return hart.csrs().clearBits((int) imm, zimm, writes);
    }
}
