package dev.retrovisor.machine.isa;

/** Zbs: single-bit instructions (unprivileged manual, "B Extension for Bit Manipulation"). */
public final class Zbs {
    private Zbs() {}

    @Insn(bits = "0100100 rs2 rs1 001 rd 0110011", asm = "bclr rd, rs1, rs2")
    public static long bclr(long rs1, long rs2) {
        return rs1 & ~(1L << rs2);
    }

    @Insn(bits = "010010 shamt[5:0] rs1 001 rd 0010011", asm = "bclri rd, rs1, shamt")
    public static long bclri(long rs1, long shamt) {
        return rs1 & ~(1L << shamt);
    }

    @Insn(bits = "0100100 rs2 rs1 101 rd 0110011", asm = "bext rd, rs1, rs2")
    public static long bext(long rs1, long rs2) {
        return rs1 >>> rs2 & 1;
    }

    @Insn(bits = "010010 shamt[5:0] rs1 101 rd 0010011", asm = "bexti rd, rs1, shamt")
    public static long bexti(long rs1, long shamt) {
        return rs1 >>> shamt & 1;
    }

    @Insn(bits = "0110100 rs2 rs1 001 rd 0110011", asm = "binv rd, rs1, rs2")
    public static long binv(long rs1, long rs2) {
        return rs1 ^ 1L << rs2;
    }

    @Insn(bits = "011010 shamt[5:0] rs1 001 rd 0010011", asm = "binvi rd, rs1, shamt")
    public static long binvi(long rs1, long shamt) {
        return rs1 ^ 1L << shamt;
    }

    @Insn(bits = "0010100 rs2 rs1 001 rd 0110011", asm = "bset rd, rs1, rs2")
    public static long bset(long rs1, long rs2) {
        return rs1 | 1L << rs2;
    }

    @Insn(bits = "001010 shamt[5:0] rs1 001 rd 0010011", asm = "bseti rd, rs1, shamt")
    public static long bseti(long rs1, long shamt) {
        return rs1 | 1L << shamt;
    }
}
