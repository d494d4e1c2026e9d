package dev.retrovisor.machine.isa;

/** Zbb: basic bit manipulation (unprivileged manual, "B Extension for Bit Manipulation"). */
public final class Zbb {
    private Zbb() {}

    @Insn(bits = "0100000 rs2 rs1 111 rd 0110011", asm = "andn rd, rs1, rs2")
    public static long andn(long rs1, long rs2) {
        return rs1 & ~rs2;
    }

    @Insn(bits = "0100000 rs2 rs1 110 rd 0110011", asm = "orn rd, rs1, rs2")
    public static long orn(long rs1, long rs2) {
        return rs1 | ~rs2;
    }

    @Insn(bits = "0100000 rs2 rs1 100 rd 0110011", asm = "xnor rd, rs1, rs2")
    public static long xnor(long rs1, long rs2) {
        return ~(rs1 ^ rs2);
    }

    @Insn(bits = "011000000000 rs1 001 rd 0010011", asm = "clz rd, rs1")
    public static long clz(long rs1) {
        return Long.numberOfLeadingZeros(rs1);
    }

    @Insn(bits = "011000000001 rs1 001 rd 0010011", asm = "ctz rd, rs1")
    public static long ctz(long rs1) {
        return Long.numberOfTrailingZeros(rs1);
    }

    @Insn(bits = "011000000010 rs1 001 rd 0010011", asm = "cpop rd, rs1")
    public static long cpop(long rs1) {
        return Long.bitCount(rs1);
    }

    @Insn(bits = "011000000000 rs1 001 rd 0011011", asm = "clzw rd, rs1")
    public static long clzw(long rs1) {
        return Integer.numberOfLeadingZeros((int) rs1);
    }

    @Insn(bits = "011000000001 rs1 001 rd 0011011", asm = "ctzw rd, rs1")
    public static long ctzw(long rs1) {
        return Integer.numberOfTrailingZeros((int) rs1);
    }

    @Insn(bits = "011000000010 rs1 001 rd 0011011", asm = "cpopw rd, rs1")
    public static long cpopw(long rs1) {
        return Integer.bitCount((int) rs1);
    }

    @Insn(bits = "0000101 rs2 rs1 110 rd 0110011", asm = "max rd, rs1, rs2")
    public static long max(long rs1, long rs2) {
        return Math.max(rs1, rs2);
    }

    @Insn(bits = "0000101 rs2 rs1 111 rd 0110011", asm = "maxu rd, rs1, rs2")
    public static long maxu(long rs1, long rs2) {
        return Long.compareUnsigned(rs1, rs2) >= 0 ? rs1 : rs2;
    }

    @Insn(bits = "0000101 rs2 rs1 100 rd 0110011", asm = "min rd, rs1, rs2")
    public static long min(long rs1, long rs2) {
        return Math.min(rs1, rs2);
    }

    @Insn(bits = "0000101 rs2 rs1 101 rd 0110011", asm = "minu rd, rs1, rs2")
    public static long minu(long rs1, long rs2) {
        return Long.compareUnsigned(rs1, rs2) <= 0 ? rs1 : rs2;
    }

    @Insn(bits = "011000000100 rs1 001 rd 0010011", asm = "sext.b rd, rs1")
    public static long sextb(long rs1) {
        return (byte) rs1;
    }

    @Insn(bits = "011000000101 rs1 001 rd 0010011", asm = "sext.h rd, rs1")
    public static long sexth(long rs1) {
        return (short) rs1;
    }

    @Insn(bits = "000010000000 rs1 100 rd 0111011", asm = "zext.h rd, rs1")
    public static long zexth(long rs1) {
        return rs1 & 0xFFFFL;
    }

    @Insn(bits = "0110000 rs2 rs1 001 rd 0110011", asm = "rol rd, rs1, rs2")
    public static long rol(long rs1, long rs2) {
        return Long.rotateLeft(rs1, (int) rs2);
    }

    @Insn(bits = "0110000 rs2 rs1 101 rd 0110011", asm = "ror rd, rs1, rs2")
    public static long ror(long rs1, long rs2) {
        return Long.rotateRight(rs1, (int) rs2);
    }

    @Insn(bits = "011000 shamt[5:0] rs1 101 rd 0010011", asm = "rori rd, rs1, shamt")
    public static long rori(long rs1, long shamt) {
        return Long.rotateRight(rs1, (int) shamt);
    }

    @Insn(bits = "0110000 rs2 rs1 001 rd 0111011", asm = "rolw rd, rs1, rs2")
    public static long rolw(long rs1, long rs2) {
        return Integer.rotateLeft((int) rs1, (int) rs2);
    }

    @Insn(bits = "0110000 rs2 rs1 101 rd 0111011", asm = "rorw rd, rs1, rs2")
    public static long rorw(long rs1, long rs2) {
        return Integer.rotateRight((int) rs1, (int) rs2);
    }

    @Insn(bits = "0110000 shamt[4:0] rs1 101 rd 0011011", asm = "roriw rd, rs1, shamt")
    public static long roriw(long rs1, long shamt) {
        return Integer.rotateRight((int) rs1, (int) shamt);
    }

    @Insn(bits = "001010000111 rs1 101 rd 0010011", asm = "orc.b rd, rs1")
    public static long orcb(long rs1) {
        long lowBits = 0x0101_0101_0101_0101L;
        long folded = rs1 | rs1 >>> 4 & 0x0F0F_0F0F_0F0F_0F0FL;
        folded |= folded >>> 2 & 0x3333_3333_3333_3333L;
        folded |= folded >>> 1 & 0x5555_5555_5555_5555L;
        return (folded & lowBits) * 0xFF;
    }

    @Insn(bits = "011010111000 rs1 101 rd 0010011", asm = "rev8 rd, rs1")
    public static long rev8(long rs1) {
        return Long.reverseBytes(rs1);
    }
}
