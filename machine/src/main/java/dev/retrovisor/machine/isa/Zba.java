package dev.retrovisor.machine.isa;

/** Zba: address generation (unprivileged manual, "B Extension for Bit Manipulation"). */
public final class Zba {
    private Zba() {}

    @Insn(bits = "0010000 rs2 rs1 010 rd 0110011", asm = "sh1add rd, rs1, rs2")
    public static long sh1add(long rs1, long rs2) {
        return rs2 + (rs1 << 1);
    }

    @Insn(bits = "0010000 rs2 rs1 100 rd 0110011", asm = "sh2add rd, rs1, rs2")
    public static long sh2add(long rs1, long rs2) {
        return rs2 + (rs1 << 2);
    }

    @Insn(bits = "0010000 rs2 rs1 110 rd 0110011", asm = "sh3add rd, rs1, rs2")
    public static long sh3add(long rs1, long rs2) {
        return rs2 + (rs1 << 3);
    }

    @Insn(bits = "0000100 rs2 rs1 000 rd 0111011", asm = "add.uw rd, rs1, rs2")
    public static long adduw(long rs1, long rs2) {
        return rs2 + (rs1 & 0xFFFF_FFFFL);
    }

    @Insn(bits = "0010000 rs2 rs1 010 rd 0111011", asm = "sh1add.uw rd, rs1, rs2")
    public static long sh1adduw(long rs1, long rs2) {
        return rs2 + ((rs1 & 0xFFFF_FFFFL) << 1);
    }

    @Insn(bits = "0010000 rs2 rs1 100 rd 0111011", asm = "sh2add.uw rd, rs1, rs2")
    public static long sh2adduw(long rs1, long rs2) {
        return rs2 + ((rs1 & 0xFFFF_FFFFL) << 2);
    }

    @Insn(bits = "0010000 rs2 rs1 110 rd 0111011", asm = "sh3add.uw rd, rs1, rs2")
    public static long sh3adduw(long rs1, long rs2) {
        return rs2 + ((rs1 & 0xFFFF_FFFFL) << 3);
    }

    @Insn(bits = "000010 shamt[5:0] rs1 001 rd 0011011", asm = "slli.uw rd, rs1, shamt")
    public static long slliuw(long rs1, long shamt) {
        return (rs1 & 0xFFFF_FFFFL) << shamt;
    }
}
