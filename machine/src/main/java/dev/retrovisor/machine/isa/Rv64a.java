package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.Hart;

/** A: load-reserved, store-conditional and atomic memory operations (unprivileged manual, "A Extension for Atomic Instructions"). */
public final class Rv64a {
    private Rv64a() {}

    @Insn(bits = "00010 aq rl 00000 rs1 010 rd 0101111", asm = "lr.w rd, (rs1)")
    public static long lrw(Hart hart, long rs1) {
        return hart.mmu().loadReservedInt(rs1);
    }

    @Insn(bits = "00011 aq rl rs2 rs1 010 rd 0101111", asm = "sc.w rd, rs2, (rs1)")
    public static long scw(Hart hart, long rs1, long rs2) {
        return hart.mmu().storeConditionalInt(rs1, (int) rs2) ? 0 : 1;
    }

    @Insn(bits = "00001 aq rl rs2 rs1 010 rd 0101111", asm = "amoswap.w rd, rs2, (rs1)")
    public static int amoswapw(int loaded, long rs2) {
        return (int) rs2;
    }

    @Insn(bits = "00000 aq rl rs2 rs1 010 rd 0101111", asm = "amoadd.w rd, rs2, (rs1)")
    public static int amoaddw(int loaded, long rs2) {
        return loaded + (int) rs2;
    }

    @Insn(bits = "00100 aq rl rs2 rs1 010 rd 0101111", asm = "amoxor.w rd, rs2, (rs1)")
    public static int amoxorw(int loaded, long rs2) {
        return loaded ^ (int) rs2;
    }

    @Insn(bits = "01100 aq rl rs2 rs1 010 rd 0101111", asm = "amoand.w rd, rs2, (rs1)")
    public static int amoandw(int loaded, long rs2) {
        return loaded & (int) rs2;
    }

    @Insn(bits = "01000 aq rl rs2 rs1 010 rd 0101111", asm = "amoor.w rd, rs2, (rs1)")
    public static int amoorw(int loaded, long rs2) {
        return loaded | (int) rs2;
    }

    @Insn(bits = "10000 aq rl rs2 rs1 010 rd 0101111", asm = "amomin.w rd, rs2, (rs1)")
    public static int amominw(int loaded, long rs2) {
        return Math.min(loaded, (int) rs2);
    }

    @Insn(bits = "10100 aq rl rs2 rs1 010 rd 0101111", asm = "amomax.w rd, rs2, (rs1)")
    public static int amomaxw(int loaded, long rs2) {
        return Math.max(loaded, (int) rs2);
    }

    @Insn(bits = "11000 aq rl rs2 rs1 010 rd 0101111", asm = "amominu.w rd, rs2, (rs1)")
    public static int amominuw(int loaded, long rs2) {
        return Integer.compareUnsigned(loaded, (int) rs2) <= 0 ? loaded : (int) rs2;
    }

    @Insn(bits = "11100 aq rl rs2 rs1 010 rd 0101111", asm = "amomaxu.w rd, rs2, (rs1)")
    public static int amomaxuw(int loaded, long rs2) {
        return Integer.compareUnsigned(loaded, (int) rs2) >= 0 ? loaded : (int) rs2;
    }

    @Insn(bits = "00010 aq rl 00000 rs1 011 rd 0101111", asm = "lr.d rd, (rs1)")
    public static long lrd(Hart hart, long rs1) {
        return hart.mmu().loadReservedLong(rs1);
    }

    @Insn(bits = "00011 aq rl rs2 rs1 011 rd 0101111", asm = "sc.d rd, rs2, (rs1)")
    public static long scd(Hart hart, long rs1, long rs2) {
        return hart.mmu().storeConditionalLong(rs1, rs2) ? 0 : 1;
    }

    @Insn(bits = "00001 aq rl rs2 rs1 011 rd 0101111", asm = "amoswap.d rd, rs2, (rs1)")
    public static long amoswapd(long loaded, long rs2) {
        return rs2;
    }

    @Insn(bits = "00000 aq rl rs2 rs1 011 rd 0101111", asm = "amoadd.d rd, rs2, (rs1)")
    public static long amoaddd(long loaded, long rs2) {
        return loaded + rs2;
    }

    @Insn(bits = "00100 aq rl rs2 rs1 011 rd 0101111", asm = "amoxor.d rd, rs2, (rs1)")
    public static long amoxord(long loaded, long rs2) {
        return loaded ^ rs2;
    }

    @Insn(bits = "01100 aq rl rs2 rs1 011 rd 0101111", asm = "amoand.d rd, rs2, (rs1)")
    public static long amoandd(long loaded, long rs2) {
        return loaded & rs2;
    }

    @Insn(bits = "01000 aq rl rs2 rs1 011 rd 0101111", asm = "amoor.d rd, rs2, (rs1)")
    public static long amoord(long loaded, long rs2) {
        return loaded | rs2;
    }

    @Insn(bits = "10000 aq rl rs2 rs1 011 rd 0101111", asm = "amomin.d rd, rs2, (rs1)")
    public static long amomind(long loaded, long rs2) {
        return Math.min(loaded, rs2);
    }

    @Insn(bits = "10100 aq rl rs2 rs1 011 rd 0101111", asm = "amomax.d rd, rs2, (rs1)")
    public static long amomaxd(long loaded, long rs2) {
        return Math.max(loaded, rs2);
    }

    @Insn(bits = "11000 aq rl rs2 rs1 011 rd 0101111", asm = "amominu.d rd, rs2, (rs1)")
    public static long amominud(long loaded, long rs2) {
        return Long.compareUnsigned(loaded, rs2) <= 0 ? loaded : rs2;
    }

    @Insn(bits = "11100 aq rl rs2 rs1 011 rd 0101111", asm = "amomaxu.d rd, rs2, (rs1)")
    public static long amomaxud(long loaded, long rs2) {
        return Long.compareUnsigned(loaded, rs2) >= 0 ? loaded : rs2;
    }
}
