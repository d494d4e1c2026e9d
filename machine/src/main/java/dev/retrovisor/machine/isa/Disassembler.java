package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.CsrNames;
import java.util.List;

/**
 * Instruction bits as text: what {@code objdump -M no-aliases} prints, except that addresses begin with {@code 0x} and
 * that the dynamic rounding mode is left out. {@link Assembler} reads it back to the same bits.
 */
public final class Disassembler {
    /** By the three bits of the rounding mode; 5 and 6 are reserved. */
    static final List<String> ROUNDING_MODES = List.of("rne", "rtz", "rdn", "rup", "rmm", "rm5", "rm6", "dyn");

    /** By the two bits, release above acquire. */
    static final List<String> ORDERINGS = List.of("", ".rl", ".aq", ".aqrl");

    /** What a fence orders, from bit 3 down to bit 0. */
    static final String FENCE_LETTERS = "iorw";

    static final String DYNAMIC = "dyn";

    private Disassembler() {}

    /**
     * One instruction.
     *
     * @param bits 32 bits from {@code pc}; the upper half is ignored if the lower one is a compressed instruction
     * @param pc its address, to which the targets of branches are relative
     */
    public static String disassemble(int bits, long pc) {
        Insns.Row row = Insns.find(bits);
        if (row == null) {
            return (bits & 3) == 3 ? ".word 0x%08x".formatted(bits) : ".half 0x%04x".formatted(bits & 0xFFFF);
        }
        Encoding encoding = row.encoding();
        int used = encoding.lengthBytes() == 4 ? bits : bits & 0xFFFF;
        var text = new StringBuilder(row.mnemonic());
        if (encoding.has("aq")) {
            text.append(ORDERINGS.get((int) (2 * encoding.field("aq").extract(used)
                    + encoding.field("rl").extract(used))));
        }
        char separator = ' ';
        for (String operand : row.operandTexts()) {
            String printed = print(operand, encoding, used, pc);
            if (!printed.equals(DYNAMIC)) {
                text.append(separator).append(printed);
                separator = ',';
            }
        }
        return text.toString();
    }

    private static String print(String operand, Encoding encoding, int bits, long pc) {
        int open = operand.indexOf('(');
        if (open >= 0) {
            String base = print(operand.substring(open + 1, operand.length() - 1), encoding, bits, pc);
            String offset = open == 0 ? "" : print(operand.substring(0, open), encoding, bits, pc);
            return offset + "(" + base + ")";
        }
        if (!encoding.has(operand)) {
            return operand; // a register that the instruction implies
        }
        Encoding.Field field = encoding.field(operand);
        long value = field.extract(bits);
        return switch (field.kind()) {
            case INTEGER_REGISTER -> Registers.integerName((int) value);
            case FLOAT_REGISTER -> Registers.floatName((int) value);
            case ROUNDING_MODE -> ROUNDING_MODES.get((int) value);
            case CSR -> CsrNames.name((int) value) == null ? "0x%x".formatted(value) : CsrNames.name((int) value);
            case FENCE_SET -> fenceSet((int) value);
            case PC_RELATIVE -> "0x%x".formatted(pc + value);
            case UPPER -> "0x%x".formatted(value >>> 12 & 0xFFFFF);
            case SHIFT_AMOUNT -> "0x%x".formatted(value);
            case NUMBER -> Long.toString(value);
        };
    }

    private static String fenceSet(int bits) {
        var letters = new StringBuilder();
        for (int i = 0; i < FENCE_LETTERS.length(); i++) {
            if ((bits << i & 8) != 0) {
                letters.append(FENCE_LETTERS.charAt(i));
            }
        }
        return letters.isEmpty() ? "0" : letters.toString();
    }
}
