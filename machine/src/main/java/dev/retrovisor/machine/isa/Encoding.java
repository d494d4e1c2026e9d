package dev.retrovisor.machine.isa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * An instruction's encoding, parsed from the notation of the manual: fixed bits, and fields whose bits may be scattered.
 *
 * <p>Tokens stand most significant bit first: binary digits; {@code rd}, {@code fs1} and the like (five bits); {@code rd'}
 * (three bits, registers 8 to 15); {@code imm[12|10:5]} (those bits of the field, in this order); {@code rd!=0} (not
 * this encoding if the field is zero). Fields named {@code imm} and {@code nzimm} are signed.
 */
public final class Encoding {
    private static final Map<String, Integer> WIDTHS = Map.of("rm", 3, "csr", 12, "aq", 1, "rl", 1);

    /** {@code width} bits from bit {@code sourceLow} of the instruction are the field's bits from {@code targetLow}. */
    record Piece(int sourceLow, int width, int targetLow) {}

    /** How an operand is written in assembly. */
    enum Kind {
        INTEGER_REGISTER,
        FLOAT_REGISTER,
        ROUNDING_MODE,
        CSR,
        FENCE_SET,
        /** A distance from the instruction, written as the address. */
        PC_RELATIVE,
        /** A multiple of 4096, written as its upper 20 bits. */
        UPPER,
        SHIFT_AMOUNT,
        NUMBER
    }

    /** One operand's bits. */
    static final class Field {
        private final String name;
        private final List<Piece> pieces = new ArrayList<>();
        private boolean nonZero;
        private int bitCount;

        private Field(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        /** The number of bits from bit 0 of the operand to its highest. */
        int bitCount() {
            return bitCount;
        }

        private void add(int sourceLow, int width, int targetLow) {
            pieces.add(new Piece(sourceLow, width, targetLow));
            bitCount = Math.max(bitCount, targetLow + width);
        }

        boolean isSigned() {
            return name.equals("imm") || name.equals("nzimm");
        }

        /** How the operand is written; immediates tell it by their lowest bit. */
        Kind kind() {
            int lowest = pieces.stream().mapToInt(p -> p.targetLow).min().orElseThrow();
            return switch (name) {
                case "rm" -> Kind.ROUNDING_MODE;
                case "csr" -> Kind.CSR;
                case "shamt" -> Kind.SHIFT_AMOUNT;
                case "pred", "succ" -> Kind.FENCE_SET;
                default -> {
                    if (name.matches("r[ds][0-9]?'?")) {
                        yield Kind.INTEGER_REGISTER;
                    }
                    if (name.matches("f[ds][0-9]?'?")) {
                        yield Kind.FLOAT_REGISTER;
                    }
                    yield !isSigned() || lowest != 1 && lowest != 12
                            ? Kind.NUMBER
                            : lowest == 1 ? Kind.PC_RELATIVE : Kind.UPPER;
                }
            };
        }

        /** The operand in an instruction: a register's number, or an immediate as it is used. */
        long extract(int bits) {
            long operand = 0;
            for (Piece piece : pieces) {
                operand |= (bits >>> piece.sourceLow & (1L << piece.width) - 1) << piece.targetLow;
            }
            if (name.endsWith("'")) {
                return operand + 8;
            }
            int unused = 64 - bitCount();
            return isSigned() ? operand << unused >> unused : operand;
        }

        /** The field's bits in place for an operand. */
        int insert(long operand) {
            long plain = name.endsWith("'") ? operand - 8 : operand;
            int bits = 0;
            for (Piece piece : pieces) {
                bits |= (int) ((plain >>> piece.targetLow & (1L << piece.width) - 1) << piece.sourceLow);
            }
            return bits;
        }

        /** Whether {@link #extract} can give this operand. */
        boolean canHold(long operand) {
            return extract(insert(operand)) == operand && !(nonZero && operand == 0);
        }
    }

    private final SequencedMap<String, Field> fields = new LinkedHashMap<>();
    private final int lengthBytes;
    private int mask;
    private int match;

    /**
     * Parses the notation above; the widths must add up to 16 or 32 bits. By hand: every start of the program parses all
     * encodings, most of them before their code is compiled, and regular expressions took four times as long.
     */
    Encoding(String notation) {
        int at = 0;
        for (int end = notation.length(); end > 0; ) {
            int start = notation.lastIndexOf(' ', end - 1) + 1;
            String token = notation.substring(start, end);
            at += isDigits(token) ? addFixed(token, at) : addField(token, at, notation);
            end = start - 1;
        }
        if (at != 16 && at != 32) {
            throw new IllegalArgumentException("'%s' has %d bits".formatted(notation, at));
        }
        lengthBytes = at / 8;
    }

    private static boolean isDigits(String token) {
        return token.charAt(0) == '0' || token.charAt(0) == '1';
    }

    private int addFixed(String digits, int at) {
        mask |= (int) ((1L << digits.length()) - 1) << at;
        match |= Integer.parseInt(digits, 2) << at;
        return digits.length();
    }

    private int addField(String token, int at, String notation) {
        int nameEnd = nameEnd(token);
        int rangesStart = token.startsWith("!=0", nameEnd) ? nameEnd + 3 : nameEnd;
        boolean scattered = token.startsWith("[", rangesStart) && token.endsWith("]");
        if (nameEnd == 0 || !scattered && rangesStart < token.length()) {
            throw new IllegalArgumentException("'%s' in '%s' is no field".formatted(token, notation));
        }
        String name = token.substring(0, nameEnd);
        Field field = fields.get(name);
        if (field == null) {
            field = new Field(name);
            fields.put(name, field);
        }
        field.nonZero |= rangesStart > nameEnd;
        if (!scattered) {
            int width = name.endsWith("'") ? 3 : WIDTHS.getOrDefault(name, 5);
            field.add(at, width, 0);
            return width;
        }
        int total = 0;
        for (int end = token.length() - 1; end > rangesStart; ) {
            int start = Math.max(token.lastIndexOf('|', end - 1), rangesStart) + 1;
            int colon = token.lastIndexOf(':', end - 1);
            int high = Integer.parseInt(token, start, colon < start ? end : colon, 10);
            int low = colon < start ? high : Integer.parseInt(token, colon + 1, end, 10);
            field.add(at + total, high - low + 1, low);
            total += high - low + 1;
            end = start - 1;
        }
        return total;
    }

    /** The end of a name: letters, perhaps a digit, perhaps a prime. */
    private static int nameEnd(String token) {
        int end = 0;
        while (end < token.length() && token.charAt(end) >= 'a' && token.charAt(end) <= 'z') {
            end++;
        }
        if (end > 0 && end < token.length() && token.charAt(end) >= '0' && token.charAt(end) <= '9') {
            end++;
        }
        return end > 0 && token.startsWith("'", end) ? end + 1 : end;
    }

    /** Whether an instruction's bits are of this encoding. */
    public boolean matches(int bits) {
        if ((bits & mask) != match) {
            return false;
        }
        for (Field field : fields.values()) {
            if (field.nonZero && field.extract(bits) == 0) {
                return false;
            }
        }
        return true;
    }

    /** 2 or 4. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** Bits that are fixed. */
    public int mask() {
        return mask;
    }

    /** The fixed bits' values. */
    public int match() {
        return match;
    }

    /** Whether there is an operand of this name. */
    public boolean has(String name) {
        return fields.containsKey(name);
    }

    Field field(String name) {
        return fields.get(name);
    }
}
