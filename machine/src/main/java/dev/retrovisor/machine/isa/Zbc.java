package dev.retrovisor.machine.isa;

/** Zbc: carry-less multiplication (unprivileged manual, "B Extension for Bit Manipulation"). */
public final class Zbc {
    private Zbc() {}

    @Insn(bits = "0000101 rs2 rs1 001 rd 0110011", asm = "clmul rd, rs1, rs2")
    public static long clmul(long rs1, long rs2) {
        long product = 0;
        for (long left = rs2, shifted = rs1; left != 0; left >>>= 1, shifted <<= 1) {
            product ^= -(left & 1) & shifted;
        }
        return product;
    }

    @Insn(bits = "0000101 rs2 rs1 011 rd 0110011", asm = "clmulh rd, rs1, rs2")
    public static long clmulh(long rs1, long rs2) {
        return clmulr(rs1, rs2) >>> 1;
    }

    @Insn(bits = "0000101 rs2 rs1 010 rd 0110011", asm = "clmulr rd, rs1, rs2")
    public static long clmulr(long rs1, long rs2) {
        // The product reversed is the product of the operands reversed.
        return Long.reverse(clmul(Long.reverse(rs1), Long.reverse(rs2)));
    }
}
