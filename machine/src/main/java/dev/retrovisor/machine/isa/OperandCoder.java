package dev.retrovisor.machine.isa;

import dev.retrovisor.machine.hart.CsrNames;
import java.util.List;

/** Puts the operands of one written instruction into its encoding. */
final class OperandCoder {
    private static final int DYNAMIC_ROUNDING = 7;

    private final Insns.Row row;
    private final Symbols symbols;
    private final long pc;
    private int bits;

    OperandCoder(Insns.Row row, Symbols symbols, long pc) {
        this.row = row;
        this.symbols = symbols;
        this.pc = pc;
    }

    /** The instruction's bits; the rounding mode may be left out and is dynamic then. */
    int encode(List<String> operands) {
        String[] wanted = row.operandTexts();
        bits = row.encoding().match();
        boolean roundingLeftOut = row.encoding().has("rm") && operands.size() == wanted.length - 1;
        if (operands.size() != wanted.length && !roundingLeftOut) {
            throw new IllegalArgumentException("found %d operands, expected %s".formatted(operands.size(), row.asm()));
        }
        for (int i = 0; i < operands.size(); i++) {
            operand(wanted[i], operands.get(i));
        }
        if (roundingLeftOut) {
            bits |= row.encoding().field("rm").insert(DYNAMIC_ROUNDING);
        }
        // An operand of zero may make a compressed form reserved.
        if (!row.encoding().matches(bits)) {
            throw new IllegalArgumentException("the operands of %s are reserved".formatted(row.mnemonic()));
        }
        return bits;
    }

    private void operand(String wanted, String found) {
        int open = wanted.indexOf('(');
        if (open < 0) {
            simple(wanted, found);
            return;
        }
        int foundOpen = found.lastIndexOf('(');
        if (foundOpen < 0 || !found.endsWith(")")) {
            throw new IllegalArgumentException("'%s' is not of the form %s".formatted(found, wanted));
        }
        String offset = found.substring(0, foundOpen).strip();
        simple(wanted.substring(open + 1, wanted.length() - 1), found.substring(foundOpen + 1, found.length() - 1));
        if (open > 0) {
            simple(wanted.substring(0, open), offset.isEmpty() ? "0" : offset);
        } else if (!offset.isEmpty() && symbols.value(offset, pc) != 0) {
            throw new IllegalArgumentException("%s takes no offset".formatted(row.mnemonic()));
        }
    }

    private void simple(String wanted, String found) {
        Encoding encoding = row.encoding();
        if (!encoding.has(wanted)) {
            if (Registers.integerNumber(found.strip()) != Registers.integerNumber(wanted)) {
                throw new IllegalArgumentException("found '%s', expected %s".formatted(found, wanted));
            }
            return;
        }
        Encoding.Field field = encoding.field(wanted);
        long value = value(field, found.strip());
        if (!field.canHold(value)) {
            throw new IllegalArgumentException(
                    "%s cannot have %s as %s".formatted(row.mnemonic(), found.strip(), wanted));
        }
        bits |= field.insert(value);
    }

    private long value(Encoding.Field field, String found) {
        return switch (field.kind()) {
            case INTEGER_REGISTER -> known(Registers.integerNumber(found), found, "integer register");
            case FLOAT_REGISTER -> known(Registers.floatNumber(found), found, "floating-point register");
            case ROUNDING_MODE -> known(Disassembler.ROUNDING_MODES.indexOf(found), found, "rounding mode");
            case CSR -> CsrNames.number(found) >= 0 ? CsrNames.number(found) : symbols.value(found, pc);
            case FENCE_SET -> fenceSet(found);
            case PC_RELATIVE -> symbols.value(found, pc) - pc;
            case UPPER -> upper(symbols.value(found, pc), found);
            case SHIFT_AMOUNT, NUMBER -> symbols.value(found, pc);
        };
    }

    private static long known(int number, String found, String kind) {
        if (number < 0) {
            throw new IllegalArgumentException("'%s' is no %s".formatted(found, kind));
        }
        return number;
    }

    /** Upper 20 bits, written as 0 to 0xfffff or as a signed number. */
    private static long upper(long value, String found) {
        if (value < -0x80000 || value > 0xFFFFF) {
            throw new IllegalArgumentException("%s has more than 20 bits".formatted(found));
        }
        return (int) (value << 12);
    }

    private static long fenceSet(String letters) {
        long set = 0;
        for (int i = 0; i < letters.length() && !letters.equals("0"); i++) {
            int place = Disassembler.FENCE_LETTERS.indexOf(letters.charAt(i));
            if (place < 0) {
                throw new IllegalArgumentException("'%s' is no set of i, o, r and w".formatted(letters));
            }
            set |= 8 >> place;
        }
        return set;
    }
}
