package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.Cause;
import dev.retrovisor.machine.hart.Hart;

/** RV64I, the base integer instructions (unprivileged manual, "RV64I Base Integer Instruction Set"). */
public final class Rv64i {
    private Rv64i() {}

    @Insn(bits = "imm[31:12] rd 0110111", asm = "lui rd, imm")
    public static long lui(long imm) {
        return imm;
    }

    @Insn(bits = "imm[31:12] rd 0010111", asm = "auipc rd, imm")
    public static long auipc(long pc, long imm) {
        return pc + imm;
    }

    @Insn(bits = "imm[20|10:1|11|19:12] rd 1101111", asm = "jal rd, imm")
    @Jump
    public static long jal(long pc, long imm) {
        return pc + imm;
    }

    @Insn(bits = "imm[11:0] rs1 000 rd 1100111", asm = "jalr rd, imm(rs1)")
    @Jump
    public static long jalr(long rs1, long imm) {
        return (rs1 + imm) & ~1L;
    }

    @Insn(bits = "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011", asm = "beq rs1, rs2, imm")
    public static boolean beq(long rs1, long rs2) {
        return rs1 == rs2;
    }

    @Insn(bits = "imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011", asm = "bne rs1, rs2, imm")
    public static boolean bne(long rs1, long rs2) {
        return rs1 != rs2;
    }

    @Insn(bits = "imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011", asm = "blt rs1, rs2, imm")
    public static boolean blt(long rs1, long rs2) {
        return rs1 < rs2;
    }

    @Insn(bits = "imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011", asm = "bge rs1, rs2, imm")
    public static boolean bge(long rs1, long rs2) {
        return rs1 >= rs2;
    }

    @Insn(bits = "imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011", asm = "bltu rs1, rs2, imm")
    public static boolean bltu(long rs1, long rs2) {
        return rs1 + Long.MIN_VALUE < rs2 + Long.MIN_VALUE;
    }

    @Insn(bits = "imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011", asm = "bgeu rs1, rs2, imm")
    public static boolean bgeu(long rs1, long rs2) {
        return rs1 + Long.MIN_VALUE >= rs2 + Long.MIN_VALUE;
    }

    @Insn(bits = "imm[11:0] rs1 000 rd 0000011", asm = "lb rd, imm(rs1)")
    public static long lb(byte loaded) {
        return loaded;
    }

    @Insn(bits = "imm[11:0] rs1 001 rd 0000011", asm = "lh rd, imm(rs1)")
    public static long lh(short loaded) {
        return loaded;
    }

    @Insn(bits = "imm[11:0] rs1 010 rd 0000011", asm = "lw rd, imm(rs1)")
    public static long lw(int loaded) {
        return loaded;
    }

    @Insn(bits = "imm[11:0] rs1 011 rd 0000011", asm = "ld rd, imm(rs1)")
    public static long ld(long loaded) {
        return loaded;
    }

    @Insn(bits = "imm[11:0] rs1 100 rd 0000011", asm = "lbu rd, imm(rs1)")
    public static long lbu(byte loaded) {
        return loaded & 0xFFL;
    }

    @Insn(bits = "imm[11:0] rs1 101 rd 0000011", asm = "lhu rd, imm(rs1)")
    public static long lhu(short loaded) {
        return loaded & 0xFFFFL;
    }

    @Insn(bits = "imm[11:0] rs1 110 rd 0000011", asm = "lwu rd, imm(rs1)")
    public static long lwu(int loaded) {
        return loaded & 0xFFFF_FFFFL;
    }

    @Insn(bits = "imm[11:5] rs2 rs1 000 imm[4:0] 0100011", asm = "sb rs2, imm(rs1)")
    public static byte sb(long rs2) {
        return (byte) rs2;
    }

    @Insn(bits = "imm[11:5] rs2 rs1 001 imm[4:0] 0100011", asm = "sh rs2, imm(rs1)")
    public static short sh(long rs2) {
        return (short) rs2;
    }

    @Insn(bits = "imm[11:5] rs2 rs1 010 imm[4:0] 0100011", asm = "sw rs2, imm(rs1)")
    public static int sw(long rs2) {
        return (int) rs2;
    }

    @Insn(bits = "imm[11:5] rs2 rs1 011 imm[4:0] 0100011", asm = "sd rs2, imm(rs1)")
    public static long sd(long rs2) {
        return rs2;
    }

    @Insn(bits = "imm[11:0] rs1 000 rd 0010011", asm = "addi rd, rs1, imm")
    public static long addi(long rs1, long imm) {
        return rs1 + imm;
    }

    @Insn(bits = "imm[11:0] rs1 010 rd 0010011", asm = "slti rd, rs1, imm")
    public static long slti(long rs1, long imm) {
        return rs1 < imm ? 1 : 0;
    }

    @Insn(bits = "imm[11:0] rs1 011 rd 0010011", asm = "sltiu rd, rs1, imm")
    public static long sltiu(long rs1, long imm) {
        return rs1 + Long.MIN_VALUE < imm + Long.MIN_VALUE ? 1 : 0;
    }

    @Insn(bits = "imm[11:0] rs1 100 rd 0010011", asm = "xori rd, rs1, imm")
    public static long xori(long rs1, long imm) {
        return rs1 ^ imm;
    }

    @Insn(bits = "imm[11:0] rs1 110 rd 0010011", asm = "ori rd, rs1, imm")
    public static long ori(long rs1, long imm) {
        return rs1 | imm;
    }

    @Insn(bits = "imm[11:0] rs1 111 rd 0010011", asm = "andi rd, rs1, imm")
    public static long andi(long rs1, long imm) {
        return rs1 & imm;
    }

    @Insn(bits = "000000 shamt[5:0] rs1 001 rd 0010011", asm = "slli rd, rs1, shamt")
    public static long slli(long rs1, long shamt) {
        return rs1 << shamt;
    }

    @Insn(bits = "000000 shamt[5:0] rs1 101 rd 0010011", asm = "srli rd, rs1, shamt")
    public static long srli(long rs1, long shamt) {
        return rs1 >>> shamt;
    }

    @Insn(bits = "010000 shamt[5:0] rs1 101 rd 0010011", asm = "srai rd, rs1, shamt")
    public static long srai(long rs1, long shamt) {
        return rs1 >> shamt;
    }

    @Insn(bits = "imm[11:0] rs1 000 rd 0011011", asm = "addiw rd, rs1, imm")
    public static long addiw(long rs1, long imm) {
        return (int) (rs1 + imm);
    }

    @Insn(bits = "0000000 shamt[4:0] rs1 001 rd 0011011", asm = "slliw rd, rs1, shamt")
    public static long slliw(long rs1, long shamt) {
        return (int) rs1 << (int) shamt;
    }

    @Insn(bits = "0000000 shamt[4:0] rs1 101 rd 0011011", asm = "srliw rd, rs1, shamt")
    public static long srliw(long rs1, long shamt) {
        return (int) rs1 >>> (int) shamt;
    }

    @Insn(bits = "0100000 shamt[4:0] rs1 101 rd 0011011", asm = "sraiw rd, rs1, shamt")
    public static long sraiw(long rs1, long shamt) {
        return (int) rs1 >> (int) shamt;
    }

    @Insn(bits = "0000000 rs2 rs1 000 rd 0110011", asm = "add rd, rs1, rs2")
    public static long add(long rs1, long rs2) {
        return rs1 + rs2;
    }

    @Insn(bits = "0100000 rs2 rs1 000 rd 0110011", asm = "sub rd, rs1, rs2")
    public static long sub(long rs1, long rs2) {
        return rs1 - rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 001 rd 0110011", asm = "sll rd, rs1, rs2")
    public static long sll(long rs1, long rs2) {
        return rs1 << rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 010 rd 0110011", asm = "slt rd, rs1, rs2")
    public static long slt(long rs1, long rs2) {
        return rs1 < rs2 ? 1 : 0;
    }

    @Insn(bits = "0000000 rs2 rs1 011 rd 0110011", asm = "sltu rd, rs1, rs2")
    public static long sltu(long rs1, long rs2) {
        return rs1 + Long.MIN_VALUE < rs2 + Long.MIN_VALUE ? 1 : 0;
    }

    @Insn(bits = "0000000 rs2 rs1 100 rd 0110011", asm = "xor rd, rs1, rs2")
    public static long xor(long rs1, long rs2) {
        return rs1 ^ rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 101 rd 0110011", asm = "srl rd, rs1, rs2")
    public static long srl(long rs1, long rs2) {
        return rs1 >>> rs2;
    }

    @Insn(bits = "0100000 rs2 rs1 101 rd 0110011", asm = "sra rd, rs1, rs2")
    public static long sra(long rs1, long rs2) {
        return rs1 >> rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 110 rd 0110011", asm = "or rd, rs1, rs2")
    public static long or(long rs1, long rs2) {
        return rs1 | rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 111 rd 0110011", asm = "and rd, rs1, rs2")
    public static long and(long rs1, long rs2) {
        return rs1 & rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 000 rd 0111011", asm = "addw rd, rs1, rs2")
    public static long addw(long rs1, long rs2) {
        return (int) (rs1 + rs2);
    }

    @Insn(bits = "0100000 rs2 rs1 000 rd 0111011", asm = "subw rd, rs1, rs2")
    public static long subw(long rs1, long rs2) {
        return (int) (rs1 - rs2);
    }

    @Insn(bits = "0000000 rs2 rs1 001 rd 0111011", asm = "sllw rd, rs1, rs2")
    public static long sllw(long rs1, long rs2) {
        return (int) rs1 << (int) rs2;
    }

    @Insn(bits = "0000000 rs2 rs1 101 rd 0111011", asm = "srlw rd, rs1, rs2")
    public static long srlw(long rs1, long rs2) {
        return (int) rs1 >>> (int) rs2;
    }

    @Insn(bits = "0100000 rs2 rs1 101 rd 0111011", asm = "sraw rd, rs1, rs2")
    public static long sraw(long rs1, long rs2) {
        return (int) rs1 >> (int) rs2;
    }

    @Insn(bits = "fm[3:0] pred[3:0] succ[3:0] rs1 000 rd 0001111", asm = "fence pred, succ")
    public static void fence() {
        // One hart runs at a time, each access in program order: nothing is left to order.
    }

    @Insn(bits = "000000000000 00000 000 00000 1110011", asm = "ecall")
    public static void ecall(Hart hart) {
        hart.environmentCall();
    }

    @Insn(bits = "000000000001 00000 000 00000 1110011", asm = "ebreak")
    public static void ebreak(Hart hart) {
        throw hart.trap(Cause.BREAKPOINT, hart.pc());
    }
}
