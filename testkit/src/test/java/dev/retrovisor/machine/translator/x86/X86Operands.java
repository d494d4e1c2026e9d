package dev.retrovisor.machine.translator.x86;

import java.util.ArrayList;
import java.util.List;

/** Registers and memory as binutils writes them in Intel's syntax, beside what the assembler takes for them. */
final class X86Operands {
    private static final String[] QWORDS = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
    };
    private static final String[] DWORDS = {
        "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d",
        "r15d"
    };
    private static final String[] WORDS = {
        "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"
    };
    private static final String[] BYTES = {
        "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"
    };

    /** Sizes in bytes; that of an xmm register stands for the register, whatever part of it is used. */
    static final int XMM = 16;

    static final int REGISTERS = 16;
    private static final int NO_INDEX = X86Assembler.RSP;
    private static final int[] DISPLACEMENTS = {1, -1, 127, 128, -128, -129, 0x12345678, Integer.MIN_VALUE};

    /** A register, or memory. */
    record Operand(long encoded, String address) {
        /**
         * @param registerBytes size that a register has in the instruction, or {@link #XMM}
         * @param memoryBytes size that memory has
         */
        String text(int registerBytes, int memoryBytes) {
            return X86Assembler.isMemory(encoded)
                    ? pointer(memoryBytes) + " PTR " + address
                    : register((int) encoded, registerBytes);
        }
    }

    private X86Operands() {}

    static String register(int number, int sizeBytes) {
        return switch (sizeBytes) {
            case 1 -> BYTES[number];
            case 2 -> WORDS[number];
            case 4 -> DWORDS[number];
            case 8 -> QWORDS[number];
            default -> "xmm" + number;
        };
    }

    private static String pointer(int sizeBytes) {
        return switch (sizeBytes) {
            case 1 -> "BYTE";
            case 2 -> "WORD";
            case 4 -> "DWORD";
            case 8 -> "QWORD";
            default -> "XMMWORD";
        };
    }

    static List<Operand> registers() {
        var operands = new ArrayList<Operand>();
        for (int register = 0; register < REGISTERS; register++) {
            operands.add(new Operand(register, ""));
        }
        return operands;
    }

    /** Every base, and with it a few indexes and displacements: among them those whose encodings are special. */
    static List<Operand> someMemory() {
        var operands = new ArrayList<Operand>();
        for (int base = 0; base < REGISTERS; base++) {
            operands.add(memory(base, NO_INDEX, 0));
            operands.add(memory(base, NO_INDEX, DISPLACEMENTS[base % DISPLACEMENTS.length]));
            operands.add(memory(base, base ^ 13, 0));
            operands.add(memory(base, base ^ 8, DISPLACEMENTS[(base + 3) % DISPLACEMENTS.length]));
        }
        return operands;
    }

    /** Every base with every index and every kind of displacement. */
    static List<Operand> allMemory() {
        var operands = new ArrayList<Operand>();
        for (int base = 0; base < REGISTERS; base++) {
            for (int index = 0; index < REGISTERS; index++) {
                operands.add(memory(base, index, 0));
                operands.add(memory(base, index, -128));
                operands.add(memory(base, index, 128));
            }
        }
        return operands;
    }

    private static Operand memory(int base, int index, int displacement) {
        var text = new StringBuilder("[").append(QWORDS[base]);
        if (index != NO_INDEX) {
            text.append('+').append(QWORDS[index]).append("*1");
        }
        boolean mustHaveDisplacement = (base & 7) == X86Assembler.RBP;
        if (displacement != 0 || mustHaveDisplacement) {
            text.append(displacement < 0 ? "-0x" : "+0x").append(Long.toHexString(Math.abs((long) displacement)));
        }
        long encoded = index == NO_INDEX
                ? X86Assembler.memory(base, displacement)
                : X86Assembler.memory(base, index, displacement);
        return new Operand(encoded, text.append(']').toString());
    }
}
