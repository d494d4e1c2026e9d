package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.fpu.Binary32;
import dev.retrovisor.machine.fpu.FpFlags;

/** F: single-precision floating point (unprivileged manual, "F Extension for Single-Precision Floating-Point"). */
public final class Rv64f {
    private Rv64f() {}

    /** NaN-boxes a 32-bit value (unprivileged manual, "NaN Boxing of Narrower Values"). */
    static long box(int bits) {
        return bits | 0xFFFF_FFFF_0000_0000L;
    }

    /** The 32-bit value in a register; one that is not properly boxed counts as the canonical NaN. */
    static int unbox(long register) {
        return register >>> 32 == 0xFFFF_FFFFL ? (int) register : 0x7FC0_0000;
    }

    @Insn(bits = "imm[11:0] rs1 010 fd 0000111", asm = "flw fd, imm(rs1)")
    public static long flw(int loaded) {
        return box(loaded);
    }

    @Insn(bits = "imm[11:5] fs2 rs1 010 imm[4:0] 0100111", asm = "fsw fs2, imm(rs1)")
    public static int fsw(long fs2) {
        return (int) fs2;
    }

    @Insn(bits = "fs3 00 fs2 fs1 rm fd 1000011", asm = "fmadd.s fd, fs1, fs2, fs3, rm")
    public static long fmadds(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return box(Binary32.fusedMultiplyAdd(unbox(fs1), unbox(fs2), unbox(fs3), rm, flags));
    }

    @Insn(bits = "fs3 00 fs2 fs1 rm fd 1000111", asm = "fmsub.s fd, fs1, fs2, fs3, rm")
    public static long fmsubs(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return box(Binary32.fusedMultiplyAdd(unbox(fs1), unbox(fs2), unbox(fs3) ^ Integer.MIN_VALUE, rm, flags));
    }

    @Insn(bits = "fs3 00 fs2 fs1 rm fd 1001011", asm = "fnmsub.s fd, fs1, fs2, fs3, rm")
    public static long fnmsubs(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return box(Binary32.fusedMultiplyAdd(unbox(fs1) ^ Integer.MIN_VALUE, unbox(fs2), unbox(fs3), rm, flags));
    }

    @Insn(bits = "fs3 00 fs2 fs1 rm fd 1001111", asm = "fnmadd.s fd, fs1, fs2, fs3, rm")
    public static long fnmadds(long fs1, long fs2, long fs3, int rm, FpFlags flags) {
        return box(Binary32.fusedMultiplyAdd(
                unbox(fs1) ^ Integer.MIN_VALUE, unbox(fs2), unbox(fs3) ^ Integer.MIN_VALUE, rm, flags));
    }

    @Insn(bits = "0000000 fs2 fs1 rm fd 1010011", asm = "fadd.s fd, fs1, fs2, rm")
    public static long fadds(long fs1, long fs2, int rm, FpFlags flags) {
        return box(Binary32.add(unbox(fs1), unbox(fs2), rm, flags));
    }

    @Insn(bits = "0000100 fs2 fs1 rm fd 1010011", asm = "fsub.s fd, fs1, fs2, rm")
    public static long fsubs(long fs1, long fs2, int rm, FpFlags flags) {
        return box(Binary32.sub(unbox(fs1), unbox(fs2), rm, flags));
    }

    @Insn(bits = "0001000 fs2 fs1 rm fd 1010011", asm = "fmul.s fd, fs1, fs2, rm")
    public static long fmuls(long fs1, long fs2, int rm, FpFlags flags) {
        return box(Binary32.mul(unbox(fs1), unbox(fs2), rm, flags));
    }

    @Insn(bits = "0001100 fs2 fs1 rm fd 1010011", asm = "fdiv.s fd, fs1, fs2, rm")
    public static long fdivs(long fs1, long fs2, int rm, FpFlags flags) {
        return box(Binary32.div(unbox(fs1), unbox(fs2), rm, flags));
    }

    @Insn(bits = "0101100 00000 fs1 rm fd 1010011", asm = "fsqrt.s fd, fs1, rm")
    public static long fsqrts(long fs1, int rm, FpFlags flags) {
        return box(Binary32.sqrt(unbox(fs1), rm, flags));
    }

    @Insn(bits = "0010000 fs2 fs1 000 fd 1010011", asm = "fsgnj.s fd, fs1, fs2")
    public static long fsgnjs(long fs1, long fs2) {
        return box(unbox(fs1) & Integer.MAX_VALUE | unbox(fs2) & Integer.MIN_VALUE);
    }

    @Insn(bits = "0010000 fs2 fs1 001 fd 1010011", asm = "fsgnjn.s fd, fs1, fs2")
    public static long fsgnjns(long fs1, long fs2) {
        return box(unbox(fs1) & Integer.MAX_VALUE | ~unbox(fs2) & Integer.MIN_VALUE);
    }

    @Insn(bits = "0010000 fs2 fs1 010 fd 1010011", asm = "fsgnjx.s fd, fs1, fs2")
    public static long fsgnjxs(long fs1, long fs2) {
        return box(unbox(fs1) ^ unbox(fs2) & Integer.MIN_VALUE);
    }

    @Insn(bits = "0010100 fs2 fs1 000 fd 1010011", asm = "fmin.s fd, fs1, fs2")
    public static long fmins(long fs1, long fs2, FpFlags flags) {
        return box(Binary32.min(unbox(fs1), unbox(fs2), flags));
    }

    @Insn(bits = "0010100 fs2 fs1 001 fd 1010011", asm = "fmax.s fd, fs1, fs2")
    public static long fmaxs(long fs1, long fs2, FpFlags flags) {
        return box(Binary32.max(unbox(fs1), unbox(fs2), flags));
    }

    @Insn(bits = "1010000 fs2 fs1 010 rd 1010011", asm = "feq.s rd, fs1, fs2")
    public static long feqs(long fs1, long fs2, FpFlags flags) {
        return Binary32.eq(unbox(fs1), unbox(fs2), flags) ? 1 : 0;
    }

    @Insn(bits = "1010000 fs2 fs1 001 rd 1010011", asm = "flt.s rd, fs1, fs2")
    public static long flts(long fs1, long fs2, FpFlags flags) {
        return Binary32.lt(unbox(fs1), unbox(fs2), flags) ? 1 : 0;
    }

    @Insn(bits = "1010000 fs2 fs1 000 rd 1010011", asm = "fle.s rd, fs1, fs2")
    public static long fles(long fs1, long fs2, FpFlags flags) {
        return Binary32.le(unbox(fs1), unbox(fs2), flags) ? 1 : 0;
    }

    @Insn(bits = "1110000 00000 fs1 001 rd 1010011", asm = "fclass.s rd, fs1")
    public static long fclasss(long fs1) {
        return Binary32.classify(unbox(fs1));
    }

    @Insn(bits = "1100000 00000 fs1 rm rd 1010011", asm = "fcvt.w.s rd, fs1, rm")
    public static long fcvtws(long fs1, int rm, FpFlags flags) {
        return Binary32.toInt32(unbox(fs1), rm, flags);
    }

    @Insn(bits = "1101000 00000 rs1 rm fd 1010011", asm = "fcvt.s.w fd, rs1, rm")
    public static long fcvtsw(long rs1, int rm, FpFlags flags) {
        return box(Binary32.fromInt32((int) rs1, rm, flags));
    }

    @Insn(bits = "1100000 00001 fs1 rm rd 1010011", asm = "fcvt.wu.s rd, fs1, rm")
    public static long fcvtwus(long fs1, int rm, FpFlags flags) {
        return Binary32.toUInt32(unbox(fs1), rm, flags);
    }

    @Insn(bits = "1101000 00001 rs1 rm fd 1010011", asm = "fcvt.s.wu fd, rs1, rm")
    public static long fcvtswu(long rs1, int rm, FpFlags flags) {
        return box(Binary32.fromUInt32((int) rs1, rm, flags));
    }

    @Insn(bits = "1100000 00010 fs1 rm rd 1010011", asm = "fcvt.l.s rd, fs1, rm")
    public static long fcvtls(long fs1, int rm, FpFlags flags) {
        return Binary32.toInt64(unbox(fs1), rm, flags);
    }

    @Insn(bits = "1101000 00010 rs1 rm fd 1010011", asm = "fcvt.s.l fd, rs1, rm")
    public static long fcvtsl(long rs1, int rm, FpFlags flags) {
        return box(Binary32.fromInt64(rs1, rm, flags));
    }

    @Insn(bits = "1100000 00011 fs1 rm rd 1010011", asm = "fcvt.lu.s rd, fs1, rm")
    public static long fcvtlus(long fs1, int rm, FpFlags flags) {
        return Binary32.toUInt64(unbox(fs1), rm, flags);
    }

    @Insn(bits = "1101000 00011 rs1 rm fd 1010011", asm = "fcvt.s.lu fd, rs1, rm")
    public static long fcvtslu(long rs1, int rm, FpFlags flags) {
        return box(Binary32.fromUInt64(rs1, rm, flags));
    }

    @Insn(bits = "1110000 00000 fs1 000 rd 1010011", asm = "fmv.x.w rd, fs1")
    public static long fmvxw(long fs1) {
        return (int) fs1;
    }

    @Insn(bits = "1111000 00000 rs1 000 fd 1010011", asm = "fmv.w.x fd, rs1")
    public static long fmvwx(long rs1) {
        return box((int) rs1);
    }
}
