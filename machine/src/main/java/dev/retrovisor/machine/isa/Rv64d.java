package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.fpu.Binary32;
import dev.retrovisor.machine.fpu.Binary64;
import dev.retrovisor.machine.fpu.FpFlags;

/** D: double-precision floating point (unprivileged manual, "D Extension for Double-Precision Floating-Point"). */
public final class Rv64d {
    private Rv64d() {}

    @Insn(bits = "imm[11:0] rs1 011 fd 0000111", asm = "fld fd, imm(rs1)")
    public static long fld(long loaded) {
        return loaded;
    }

    @Insn(bits = "imm[11:5] fs2 rs1 011 imm[4:0] 0100111", asm = "fsd fs2, imm(rs1)")
    public static long fsd(long fs2) {
        return fs2;
    }

    @Insn(bits = "fs3 01 fs2 fs1 rm fd 1000011", asm = "fmadd.d fd, fs1, fs2, fs3, rm")
    public static long fmaddd(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return Binary64.fusedMultiplyAdd(fs1, fs2, fs3, rm, flags);
    }

    @Insn(bits = "fs3 01 fs2 fs1 rm fd 1000111", asm = "fmsub.d fd, fs1, fs2, fs3, rm")
    public static long fmsubd(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return Binary64.fusedMultiplyAdd(fs1, fs2, fs3 ^ Long.MIN_VALUE, rm, flags);
    }

    @Insn(bits = "fs3 01 fs2 fs1 rm fd 1001011", asm = "fnmsub.d fd, fs1, fs2, fs3, rm")
    public static long fnmsubd(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return Binary64.fusedMultiplyAdd(fs1 ^ Long.MIN_VALUE, fs2, fs3, rm, flags);
    }

    @Insn(bits = "fs3 01 fs2 fs1 rm fd 1001111", asm = "fnmadd.d fd, fs1, fs2, fs3, rm")
    public static long fnmaddd(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return Binary64.fusedMultiplyAdd(fs1 ^ Long.MIN_VALUE, fs2, fs3 ^ Long.MIN_VALUE, rm, flags);
    }

    @Insn(bits = "0000001 fs2 fs1 rm fd 1010011", asm = "fadd.d fd, fs1, fs2, rm")
    public static long faddd(long fs1, long fs2, int rm, FpFlags flags) {
        return Binary64.add(fs1, fs2, rm, flags);
    }

    @Insn(bits = "0000101 fs2 fs1 rm fd 1010011", asm = "fsub.d fd, fs1, fs2, rm")
    public static long fsubd(long fs1, long fs2, int rm, FpFlags flags) {
        return Binary64.sub(fs1, fs2, rm, flags);
    }

    @Insn(bits = "0001001 fs2 fs1 rm fd 1010011", asm = "fmul.d fd, fs1, fs2, rm")
    public static long fmuld(long fs1, long fs2, int rm, FpFlags flags) {
        return Binary64.mul(fs1, fs2, rm, flags);
    }

    @Insn(bits = "0001101 fs2 fs1 rm fd 1010011", asm = "fdiv.d fd, fs1, fs2, rm")
    public static long fdivd(long fs1, long fs2, int rm, FpFlags flags) {
        return Binary64.div(fs1, fs2, rm, flags);
    }

    @Insn(bits = "0101101 00000 fs1 rm fd 1010011", asm = "fsqrt.d fd, fs1, rm")
    public static long fsqrtd(long fs1, int rm, FpFlags flags) {
        return Binary64.sqrt(fs1, rm, flags);
    }

    @Insn(bits = "0010001 fs2 fs1 000 fd 1010011", asm = "fsgnj.d fd, fs1, fs2")
    public static long fsgnjd(long fs1, long fs2) {
        return fs1 & Long.MAX_VALUE | fs2 & Long.MIN_VALUE;
    }

    @Insn(bits = "0010001 fs2 fs1 001 fd 1010011", asm = "fsgnjn.d fd, fs1, fs2")
    public static long fsgnjnd(long fs1, long fs2) {
        return fs1 & Long.MAX_VALUE | ~fs2 & Long.MIN_VALUE;
    }

    @Insn(bits = "0010001 fs2 fs1 010 fd 1010011", asm = "fsgnjx.d fd, fs1, fs2")
    public static long fsgnjxd(long fs1, long fs2) {
        return fs1 ^ fs2 & Long.MIN_VALUE;
    }

    @Insn(bits = "0010101 fs2 fs1 000 fd 1010011", asm = "fmin.d fd, fs1, fs2")
    public static long fmind(long fs1, long fs2, FpFlags flags) {
        return Binary64.min(fs1, fs2, flags);
    }

    @Insn(bits = "0010101 fs2 fs1 001 fd 1010011", asm = "fmax.d fd, fs1, fs2")
    public static long fmaxd(long fs1, long fs2, FpFlags flags) {
        return Binary64.max(fs1, fs2, flags);
    }

    @Insn(bits = "1010001 fs2 fs1 010 rd 1010011", asm = "feq.d rd, fs1, fs2")
    public static long feqd(long fs1, long fs2, FpFlags flags) {
        return Binary64.eq(fs1, fs2, flags) ? 1 : 0;
    }

    @Insn(bits = "1010001 fs2 fs1 001 rd 1010011", asm = "flt.d rd, fs1, fs2")
    public static long fltd(long fs1, long fs2, FpFlags flags) {
        return Binary64.lt(fs1, fs2, flags) ? 1 : 0;
    }

    @Insn(bits = "1010001 fs2 fs1 000 rd 1010011", asm = "fle.d rd, fs1, fs2")
    public static long fled(long fs1, long fs2, FpFlags flags) {
        return Binary64.le(fs1, fs2, flags) ? 1 : 0;
    }

    @Insn(bits = "1110001 00000 fs1 001 rd 1010011", asm = "fclass.d rd, fs1")
    public static long fclassd(long fs1) {
        return Binary64.classify(fs1);
    }

    @Insn(bits = "1100001 00000 fs1 rm rd 1010011", asm = "fcvt.w.d rd, fs1, rm")
    public static long fcvtwd(long fs1, int rm, FpFlags flags) {
        return Binary64.toInt32(fs1, rm, flags);
    }

    @Insn(bits = "1101001 00000 rs1 rm fd 1010011", asm = "fcvt.d.w fd, rs1, rm")
    public static long fcvtdw(long rs1, int rm, FpFlags flags) {
        return Binary64.fromInt32((int) rs1, rm, flags);
    }

    @Insn(bits = "1100001 00001 fs1 rm rd 1010011", asm = "fcvt.wu.d rd, fs1, rm")
    public static long fcvtwud(long fs1, int rm, FpFlags flags) {
        return Binary64.toUInt32(fs1, rm, flags);
    }

    @Insn(bits = "1101001 00001 rs1 rm fd 1010011", asm = "fcvt.d.wu fd, rs1, rm")
    public static long fcvtdwu(long rs1, int rm, FpFlags flags) {
        return Binary64.fromUInt32((int) rs1, rm, flags);
    }

    @Insn(bits = "1100001 00010 fs1 rm rd 1010011", asm = "fcvt.l.d rd, fs1, rm")
    public static long fcvtld(long fs1, int rm, FpFlags flags) {
        return Binary64.toInt64(fs1, rm, flags);
    }

    @Insn(bits = "1101001 00010 rs1 rm fd 1010011", asm = "fcvt.d.l fd, rs1, rm")
    public static long fcvtdl(long rs1, int rm, FpFlags flags) {
        return Binary64.fromInt64(rs1, rm, flags);
    }

    @Insn(bits = "1100001 00011 fs1 rm rd 1010011", asm = "fcvt.lu.d rd, fs1, rm")
    public static long fcvtlud(long fs1, int rm, FpFlags flags) {
        return Binary64.toUInt64(fs1, rm, flags);
    }

    @Insn(bits = "1101001 00011 rs1 rm fd 1010011", asm = "fcvt.d.lu fd, rs1, rm")
    public static long fcvtdlu(long rs1, int rm, FpFlags flags) {
        return Binary64.fromUInt64(rs1, rm, flags);
    }

    @Insn(bits = "1110001 00000 fs1 000 rd 1010011", asm = "fmv.x.d rd, fs1")
    public static long fmvxd(long fs1) {
        return fs1;
    }

    @Insn(bits = "1111001 00000 rs1 000 fd 1010011", asm = "fmv.d.x fd, rs1")
    public static long fmvdx(long rs1) {
        return rs1;
    }

    @Insn(bits = "0100000 00001 fs1 rm fd 1010011", asm = "fcvt.s.d fd, fs1, rm")
    public static long fcvtsd(long fs1, int rm, FpFlags flags) {
        return Rv64f.box(Binary32.fromBinary64(fs1, rm, flags));
    }

    @Insn(bits = "0100001 00000 fs1 rm fd 1010011", asm = "fcvt.d.s fd, fs1, rm")
    public static long fcvtds(long fs1, int rm, FpFlags flags) {
        return Binary64.fromBinary32(Rv64f.unbox(fs1), rm, flags);
    }
}
