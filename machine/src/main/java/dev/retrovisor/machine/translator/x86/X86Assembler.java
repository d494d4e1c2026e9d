package dev.retrovisor.machine.translator.x86;

/**
 * Encodes x86-64 instructions into a buffer (Intel 64 and IA-32 Architectures Software Developer's Manual, volume
 * 2). It knows no guest and no policy: one method an instruction or family, tested against binutils.
 *
 * <p>Operands are those of {@link X86Encoding}, 64 bits wide unless the method's name says otherwise.
 */
public final class X86Assembler extends X86Encoding {
    // Two-operand arithmetic: the number in the opcode.
    static final int ADD = 0;
    static final int OR = 1;
    static final int AND = 4;
    static final int SUB = 5;
    static final int XOR = 6;
    static final int CMP = 7;

    // Shifts and rotations: the number in the ModRM byte.
    static final int ROL = 0;
    static final int ROR = 1;
    static final int SHL = 4;
    static final int SHR = 5;
    static final int SAR = 7;

    // One-operand arithmetic on rdx:rax.
    static final int NOT = 2;
    static final int NEG = 3;
    static final int MUL = 4;
    static final int IMUL = 5;
    static final int DIV = 6;
    static final int IDIV = 7;

    // Bit tests.
    static final int BT = 4;
    static final int BTS = 5;
    static final int BTR = 6;
    static final int BTC = 7;

    // Conditions.
    static final int OVERFLOW = 0;
    static final int BELOW = 2;
    static final int ABOVE_EQUAL = 3;
    static final int EQUAL = 4;
    static final int NOT_EQUAL = 5;
    static final int BELOW_EQUAL = 6;
    static final int ABOVE = 7;
    static final int SIGN = 8;
    static final int PARITY = 10;
    static final int NO_PARITY = 11;
    static final int LESS = 12;
    static final int GREATER_EQUAL = 13;
    static final int LESS_EQUAL = 14;
    static final int GREATER = 15;

    // Mandatory prefixes by their number in VEX; the last two choose the type of scalar floating point.
    private static final int PREFIX_NONE = 0;
    private static final int PREFIX_66 = 1;
    static final int SINGLE = 2;
    static final int DOUBLE = 3;
    private static final int OPERAND_16_BITS = 0x66;
    private static final int REPEAT = 0xF3;

    // Floating-point arithmetic: the opcode.
    static final int SQRT = 0x51;
    static final int FP_AND = 0x54;
    static final int FP_OR = 0x56;
    static final int FP_XOR = 0x57;
    static final int FP_ADD = 0x58;
    static final int FP_MUL = 0x59;
    static final int FP_SUB = 0x5C;
    static final int FP_MIN = 0x5D;
    static final int FP_DIV = 0x5E;
    static final int FP_MAX = 0x5F;
    static final int FUSED_ADD = 0xA9;
    static final int FUSED_SUB = 0xAB;
    static final int FUSED_NEGATED_ADD = 0xAD;
    static final int FUSED_NEGATED_SUB = 0xAF;

    // Arithmetic.

    /** {@code register = register OP operand}; CMP only sets flags. */
    void alu(int op, int register, long operand) {
        encode(0, true, op * 8 + 3, register, operand);
    }

    /** The same on 32 bits: the upper half of the register becomes zero. */
    void alu32(int op, int register, long operand) {
        encode(0, false, op * 8 + 3, register, operand);
    }

    /** {@code operand = operand OP register}. */
    void aluStore(int op, long operand, int register) {
        encode(0, true, op * 8 + 1, register, operand);
    }

    void aluImmediate(int op, long operand, int immediate) {
        aluImmediate(op, operand, immediate, true);
    }

    void aluImmediate32(int op, long operand, int immediate) {
        aluImmediate(op, operand, immediate, false);
    }

    private void aluImmediate(int op, long operand, int immediate, boolean wide) {
        if (immediate == (byte) immediate) {
            encode(0, wide, 0x83, op, operand);
            put(immediate);
        } else {
            encode(0, wide, 0x81, op, operand);
            putInt(immediate);
        }
    }

    /** Compares a byte in memory with an immediate. */
    void compareByte(long operand, int immediate) {
        encode(0, false, 0x80, CMP, operand);
        put(immediate);
    }

    void test(int register, int other) {
        encode(0, true, 0x85, other, register);
    }

    void test32(int register, int other) {
        encode(0, false, 0x85, other, register);
    }

    /** Sets flags by {@code operand AND immediate}, on 32 bits. */
    void testImmediate32(long operand, int immediate) {
        encode(0, false, 0xF7, 0, operand);
        putInt(immediate);
    }

    void shift(int op, long operand, int count) {
        encode(0, true, 0xC1, op, operand);
        put(count);
    }

    void shift32(int op, long operand, int count) {
        encode(0, false, 0xC1, op, operand);
        put(count);
    }

    /** Shifts by cl. */
    void shiftByCl(int op, long operand) {
        encode(0, true, 0xD3, op, operand);
    }

    void shiftByCl32(int op, long operand) {
        encode(0, false, 0xD3, op, operand);
    }

    /** One of {@link #NOT} to {@link #IDIV}. */
    void unary(int op, long operand) {
        encode(0, true, 0xF7, op, operand);
    }

    void unary32(int op, long operand) {
        encode(0, false, 0xF7, op, operand);
    }

    void multiply(int register, long operand) {
        encode(0, true, 0x0FAF, register, operand);
    }

    void multiply32(int register, long operand) {
        encode(0, false, 0x0FAF, register, operand);
    }

    /** {@code register = operand * immediate}, on 32 bits. */
    void multiply32(int register, long operand, int immediate) {
        encode(0, false, 0x69, register, operand);
        putInt(immediate);
    }

    /** Sign of rax into rdx. */
    void cqo() {
        put(0x48);
        put(0x99);
    }

    void cdq() {
        put(0x99);
    }

    /** One of {@link #BT} to {@link #BTC} with a bit number. */
    void bitTest(int op, long operand, int bit) {
        encode(0, true, 0x0FBA, op, operand);
        put(bit);
    }

    /** One of {@link #BT} to {@link #BTC} on a register with the bit number in another, modulo 64. */
    void bitTest(int op, int register, int bitRegister) {
        encode(0, true, 0x0F83 + op * 8, bitRegister, register);
    }

    void bswap(int register) {
        put(0x48 | register >> 3);
        put(0x0F);
        put(0xC8 | register & 7);
    }

    // LZCNT, TZCNT, POPCNT.

    void leadingZeros(int register, long operand, boolean wide) {
        encode(REPEAT, wide, 0x0FBD, register, operand);
    }

    void trailingZeros(int register, long operand, boolean wide) {
        encode(REPEAT, wide, 0x0FBC, register, operand);
    }

    void populationCount(int register, long operand, boolean wide) {
        encode(REPEAT, wide, 0x0FB8, register, operand);
    }

    // BMI1 and BMI2.

    /** {@code register = ~other & operand}. */
    void andNot(int register, int other, long operand) {
        vex(0, 2, true, 0xF2, register, other, operand);
    }

    /** Rotates right into another register; no flags. */
    void rorx(int register, long operand, int count, boolean wide) {
        vex(3, 3, wide, 0xF0, register, 0, operand);
        put(count);
    }

    /** SHLX, SHRX or SARX: {@code register = operand shifted by count}, a register, modulo the width. */
    void shiftx(int op, int register, long operand, int countRegister, boolean wide) {
        int prefix = op == SHL ? 1 : op == SAR ? 2 : 3;
        vex(prefix, 2, wide, 0xF7, register, countRegister, operand);
    }

    // Moves.

    void move(int register, long operand) {
        encode(0, true, 0x8B, register, operand);
    }

    void move32(int register, long operand) {
        encode(0, false, 0x8B, register, operand);
    }

    void store(long operand, int register) {
        encode(0, true, 0x89, register, operand);
    }

    /** Stores 1, 2, 4 or 8 bytes of a register. */
    void store(long operand, int register, int sizeBytes) {
        switch (sizeBytes) {
            case 1 -> encodeByte(false, 0x88, register, operand);
            case 2 -> encode(OPERAND_16_BITS, false, 0x89, register, operand);
            case 4 -> encode(0, false, 0x89, register, operand);
            default -> encode(0, true, 0x89, register, operand);
        }
    }

    /** Stores an immediate, sign-extended to 64 bits. */
    void storeImmediate(long operand, int immediate) {
        encode(0, true, 0xC7, 0, operand);
        putInt(immediate);
    }

    void storeImmediate32(long operand, int immediate) {
        encode(0, false, 0xC7, 0, operand);
        putInt(immediate);
    }

    void storeImmediateByte(long operand, int immediate) {
        encode(0, false, 0xC6, 0, operand);
        put(immediate);
    }

    /** Loads 1, 2, 4 or 8 bytes and extends them to 64 bits. */
    void load(int register, long operand, int sizeBytes, boolean signed) {
        switch (sizeBytes) {
            case 1 -> encodeByte(true, signed ? 0x0FBE : 0x0FB6, register, operand);
            case 2 -> encode(0, true, signed ? 0x0FBF : 0x0FB7, register, operand);
            case 4 -> {
                if (signed) {
                    encode(0, true, 0x63, register, operand);
                } else {
                    move32(register, operand);
                }
            }
            default -> move(register, operand);
        }
    }

    /** Any constant, in the shortest form; leaves the flags alone. */
    void moveImmediate(int register, long value) {
        if (value == (value & 0xFFFF_FFFFL)) {
            if (register >= 8) {
                put(0x41);
            }
            put(0xB8 | register & 7);
            putInt((int) value);
        } else if (value == (int) value) {
            encode(0, true, 0xC7, 0, register);
            putInt((int) value);
        } else {
            put(0x48 | register >> 3);
            put(0xB8 | register & 7);
            putInt((int) value);
            putInt((int) (value >>> 32));
        }
    }

    void leaAddress(int register, long memory) {
        encode(0, true, 0x8D, register, memory);
    }

    /** {@code register = base + index << scaleLog2}. */
    void leaScaled(int register, int base, int index, int scaleLog2) {
        put(0x48 | register >> 3 << 2 | index >> 3 << 1 | base >> 3);
        put(0x8D);
        put(0x44 | (register & 7) << 3);
        put(scaleLog2 << 6 | (index & 7) << 3 | base & 7);
        put(0);
    }

    /** {@code register = index << 3}, on 32 bits. */
    void leaTimesEight32(int register, int index) {
        int rex = register >> 3 << 2 | index >> 3 << 1;
        if (rex != 0) {
            put(0x40 | rex);
        }
        put(0x8D);
        put(0x04 | (register & 7) << 3);
        put(3 << 6 | (index & 7) << 3 | 5);
        putInt(0);
    }

    void setByte(int condition, int register) {
        encodeByte(false, 0x0F90 | condition, 0, register);
    }

    void conditionalMove(int condition, int register, long operand) {
        encode(0, true, 0x0F40 | condition, register, operand);
    }

    /** Returns where the distance stands, as jumps do. */
    int call() {
        put(0xE8);
        putInt(0);
        return length() - 4;
    }

    void push(int register) {
        if (register >= 8) {
            put(0x41);
        }
        put(0x50 | register & 7);
    }

    void pop(int register) {
        if (register >= 8) {
            put(0x41);
        }
        put(0x58 | register & 7);
    }

    void ret() {
        put(0xC3);
    }

    void cpuid() {
        put(0x0F);
        put(0xA2);
    }

    /** Reads extended control register ecx into edx:eax. */
    void xgetbv() {
        put(0x0F);
        put(0x01);
        put(0xD0);
    }

    // Jumps. Those with a distance of 32 bits return where the distance stands, to be set with patch.

    int jump() {
        put(0xE9);
        putInt(0);
        return length() - 4;
    }

    int jump(int condition) {
        put(0x0F);
        put(0x80 | condition);
        putInt(0);
        return length() - 4;
    }

    void jumpTo(long operand) {
        encode(0, false, 0xFF, 4, operand);
    }

    /** A jump forward by less than 128 bytes; to be bound with {@link #bindShort}. */
    int jumpShort() {
        put(0xEB);
        put(0);
        return length();
    }

    int jumpShort(int condition) {
        put(0x70 | condition);
        put(0);
        return length();
    }

    // Floating point: VEX forms on xmm0 to xmm15, of which only the low element counts. The type is DOUBLE or SINGLE.

    /** Scalar arithmetic: {@code register = other OP operand}; SQRT is that of the operand. */
    void fp(int op, int type, int register, int other, long operand) {
        vex(type, 1, false, op, register, other, operand);
    }

    void fpLoad(int type, int register, long memory) {
        vex(type, 1, false, 0x10, register, 0, memory);
    }

    void fpStore(int type, long memory, int register) {
        vex(type, 1, false, 0x11, register, 0, memory);
    }

    /** Copies a whole register. */
    void fpMove(int register, int other) {
        vex(PREFIX_NONE, 1, false, 0x28, register, 0, other);
    }

    /** Compares: unordered sets ZF, PF and CF; quiet unless {@code signaling}. */
    void fpCompare(int type, int register, long operand, boolean signaling) {
        vex(type == DOUBLE ? PREFIX_66 : PREFIX_NONE, 1, false, signaling ? 0x2F : 0x2E, register, 0, operand);
    }

    /** Bitwise {@link #FP_AND}, {@link #FP_OR} or {@link #FP_XOR} of whole registers. */
    void fpBitwise(int op, int register, int other, int operand) {
        vex(PREFIX_NONE, 1, false, op, register, other, operand);
    }

    /** Compares bytes for equality: all ones or zero in each. */
    void compareBytes(int register, int other, int operand) {
        vex(PREFIX_66, 1, false, 0x74, register, other, operand);
    }

    /** Stores 16 bytes. */
    void storeVector(long memory, int register) {
        vex(PREFIX_NONE, 1, false, 0x11, register, 0, memory);
    }

    /** Integer of 32 or 64 bits to floating point; upper elements come from {@code other}. */
    void fpFromInteger(int type, int register, int other, long operand, boolean wide) {
        vex(type, 1, wide, 0x2A, register, other, operand);
    }

    /** Floating point to an integer of 32 or 64 bits, truncating or by the rounding mode of MXCSR. */
    void fpToInteger(int type, int register, long operand, boolean wide, boolean truncates) {
        vex(type, 1, wide, truncates ? 0x2C : 0x2D, register, 0, operand);
    }

    /** From {@code type} to the other one. */
    void fpConvert(int type, int register, int other, long operand) {
        vex(type, 1, false, 0x5A, register, other, operand);
    }

    /** Fused multiply-add, the forms 213: {@code register = other * register OP operand}. */
    void fpFused(int op, int type, int register, int other, long operand) {
        vex(PREFIX_66, 2, type == DOUBLE, op, register, other, operand);
    }

    /** Bits of an xmm register to an integer register. */
    void moveFromXmm(int register, int xmm, boolean wide) {
        vex(PREFIX_66, 1, wide, 0x7E, xmm, 0, register);
    }

    /** Bits of an integer register to an xmm register; the rest of it becomes zero. */
    void moveToXmm(int xmm, int register, boolean wide) {
        vex(PREFIX_66, 1, wide, 0x6E, xmm, 0, register);
    }

    void loadMxcsr(long memory) {
        encode(0, false, 0x0FAE, 2, memory);
    }

    void storeMxcsr(long memory) {
        encode(0, false, 0x0FAE, 3, memory);
    }
}
