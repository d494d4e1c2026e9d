package dev.retrovisor.introspect.linux;

/** The few instructions that a kernel writes into its own code ("RV32I Base Integer Instruction Set"). */
final class RiscvCode {
    static final int T0 = 5;

    private static final int OPCODE_BITS = 0x7f;
    private static final int AUIPC = 0x17;
    private static final int JALR = 0x67;
    private static final int JAL = 0x6f;

    private RiscvCode() {}

    static int linkRegister(int word) {
        return word >>> 7 & 31;
    }

    static boolean isJal(int word) {
        return (word & OPCODE_BITS) == JAL;
    }

    /** A jump that keeps no return address. */
    static boolean isJump(int word) {
        return isJal(word) && linkRegister(word) == 0;
    }

    /** How far a jal jumps. */
    static long jumpOffset(int word) {
        int offset = word >> 31 << 20 | word & 0xff000 | (word >>> 20 & 1) << 11 | (word >>> 21 & 0x3ff) << 1;
        return offset;
    }

    /** An auipc, and a jalr that goes on from its result. */
    static boolean isPcRelativeCall(int first, int second) {
        return isAuipc(first) && (second & OPCODE_BITS) == JALR && (second >>> 15 & 31) == linkRegister(first);
    }

    static boolean isAuipc(int word) {
        return (word & OPCODE_BITS) == AUIPC;
    }

    /** Where such a pair leads. */
    static long pcRelativeTarget(long address, int first, int second) {
        return address + (first & 0xffff_f000) + (second >> 20);
    }
}
