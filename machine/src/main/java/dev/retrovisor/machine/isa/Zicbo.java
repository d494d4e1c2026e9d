package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.Hart;

/** Zicbom and Zicboz: cache-block operations on blocks of 64 bytes (unprivileged manual, "Extensions for Cache-Block Management"). */
public final class Zicbo {
    private Zicbo() {}

    @Insn(bits = "000000000000 rs1 010 00000 0001111", asm = "cbo.inval (rs1)")
    public static void cboinval(Hart hart, long rs1) {
        hart.mmu().manageCacheBlock(rs1, true);
    }

    @Insn(bits = "000000000001 rs1 010 00000 0001111", asm = "cbo.clean (rs1)")
    public static void cboclean(Hart hart, long rs1) {
        hart.mmu().manageCacheBlock(rs1, false);
    }

    @Insn(bits = "000000000010 rs1 010 00000 0001111", asm = "cbo.flush (rs1)")
    public static void cboflush(Hart hart, long rs1) {
        hart.mmu().manageCacheBlock(rs1, false);
    }

    @Insn(bits = "000000000100 rs1 010 00000 0001111", asm = "cbo.zero (rs1)")
    public static void cbozero(Hart hart, long rs1) {
        hart.mmu().zeroCacheBlock(rs1);
    }
}
