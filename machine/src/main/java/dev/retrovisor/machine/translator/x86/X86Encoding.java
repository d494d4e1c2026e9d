package dev.retrovisor.machine.translator.x86;

/**
 * The bytes of x86-64 instructions (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, "Instruction
 * Format"): prefixes, opcode, ModRM, SIB, displacement, in a buffer.
 *
 * <p>A register is its number, 0 (rax) to 15; an <i>operand</i> is a register or memory made by {@link #memory}, packed in
 * a long: memory has {@link #IS_MEMORY} set, the base in bits 3:0, the index in bits 11:8 (4 for none), the displacement in
 * bits 63:32.
 */
abstract sealed class X86Encoding permits X86Assembler {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;
    static final int RSP = 4;
    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int R10 = 10;
    static final int R11 = 11;
    static final int R12 = 12;
    static final int R13 = 13;
    static final int R14 = 14;
    static final int R15 = 15;

    static final long IS_MEMORY = 1 << 4;
    private static final int NO_INDEX = RSP;

    /** More than a block's code comes to. */
    private static final int CAPACITY_BYTES = 1 << 16;

    private final byte[] bytes = new byte[CAPACITY_BYTES];
    private int length;

    /** The operand {@code [base + displacement]}. */
    static long memory(int base, int displacement) {
        return memory(base, NO_INDEX, displacement);
    }

    /** The operand {@code [base + index + displacement]}; the index is not rsp. */
    static long memory(int base, int index, int displacement) {
        return (long) displacement << 32 | index << 8 | IS_MEMORY | base;
    }

    static boolean isMemory(long operand) {
        return (operand & IS_MEMORY) != 0;
    }

    /** Forgets what was encoded. */
    void clear() {
        length = 0;
    }

    /** Bytes encoded so far. */
    int length() {
        return length;
    }

    byte[] bytes() {
        return bytes;
    }

    final void encodeByte(boolean wide, int opcode, int register, long operand) {
        // REX even if empty: without it, byte registers 4 to 7 are others.
        int index = (int) operand >> 8 & 15;
        put((wide ? 0x48 : 0x40)
                | register >> 3 << 2
                | (isMemory(operand) ? index >> 3 << 1 : 0)
                | ((int) operand & 15) >> 3);
        opcodeAndOperand(opcode, register, operand);
    }

    final void encode(int prefix, boolean wide, int opcode, int register, long operand) {
        if (prefix != 0) {
            put(prefix);
        }
        int index = (int) operand >> 8 & 15;
        int rex = (wide ? 8 : 0)
                | register >> 3 << 2
                | (isMemory(operand) ? index >> 3 << 1 : 0)
                | ((int) operand & 15) >> 3;
        if (rex != 0) {
            put(0x40 | rex);
        }
        opcodeAndOperand(opcode, register, operand);
    }

    private void opcodeAndOperand(int opcode, int register, long operand) {
        if (opcode > 0xFF) {
            put(opcode >> 8);
        }
        put(opcode);
        operand(register, operand);
    }

    final void vex(int prefix, int map, boolean wide, int opcode, int register, int other, long operand) {
        int index = (int) operand >> 8 & 15;
        put(0xC4);
        put((register >> 3 ^ 1) << 7
                | ((isMemory(operand) ? index >> 3 : 0) ^ 1) << 6
                | (((int) operand & 15) >> 3 ^ 1) << 5
                | map);
        put((wide ? 0x80 : 0) | (other ^ 15) << 3 | prefix);
        put(opcode);
        operand(register, operand);
    }

    /** The ModRM byte and what follows it. */
    private void operand(int register, long operand) {
        int base = (int) operand & 7;
        int field = (register & 7) << 3;
        if (!isMemory(operand)) {
            put(0xC0 | field | base);
            return;
        }
        int displacement = (int) (operand >> 32);
        int index = (int) operand >> 8 & 15;
        boolean needsSib = index != NO_INDEX || base == RSP;
        boolean isShort = displacement == (byte) displacement;
        // Without a displacement, base 5 would mean something else.
        int mode = displacement == 0 && base != RBP ? 0 : isShort ? 0x40 : 0x80;
        put(mode | field | (needsSib ? RSP : base));
        if (needsSib) {
            put((index & 7) << 3 | base);
        }
        if (mode == 0x40) {
            put(displacement);
        } else if (mode == 0x80) {
            putInt(displacement);
        }
    }

    final void put(int value) {
        bytes[length++] = (byte) value;
    }

    final void putInt(int value) {
        put(value);
        put(value >> 8);
        put(value >> 16);
        put(value >> 24);
    }

    /** Lets a short jump arrive here. */
    void bindShort(int jump) {
        int distance = length - jump;
        if (distance > 127) {
            throw new IllegalStateException("a short jump over " + distance + " bytes");
        }
        bytes[jump - 1] = (byte) distance;
    }

    /** Lets a jump whose distance stands at {@code site} arrive at {@code target}, both places in the buffer. */
    void patch(int site, int target) {
        int distance = target - site - 4;
        for (int i = 0; i < 4; i++) {
            bytes[site + i] = (byte) (distance >> 8 * i);
        }
    }
}
