package dev.retrovisor.machine.isa;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Assembly text in GNU syntax to bytes, for tests and small guests. It knows the instructions from their rows, the usual
 * shorthands ({@link Pseudo}, {@code li} with any constant, {@code la}), labels, numeric labels, constants
 * ({@code .equ}) and data: {@code .byte .half .word .dword .zero .align .ascii .string}. Comments begin with {@code #}
 * or {@code //}; {@code ;} separates statements. Nothing is compressed unless it is written with {@code c.}, and
 * {@code call} reaches 1 MiB. {@code .align n} fills up to a multiple of 2^n bytes with zeros.
 */
public final class Assembler {
    private static final Pattern LABEL = Pattern.compile("\\s*([A-Za-z_.$][\\w.$]*|[0-9]+):");
    private static final Pattern STATEMENT = Pattern.compile("\\s*(\\S+)\\s*(.*?)\\s*", Pattern.DOTALL);
    private static final int MAX_FILL_BYTES = 64 << 20;

    private final long base;
    private final Symbols symbols;
    private final List<String> statements = new ArrayList<>();
    private final List<Integer> lines = new ArrayList<>();
    private ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Assembler(String text, long base, Map<String, Long> constants) {
        this.base = base;
        symbols = new Symbols(constants);
        int line = 0;
        for (String raw : text.split("\n", -1)) {
            line++;
            for (String statement : split(withoutComment(raw), ';')) {
                statements.add(statement);
                lines.add(line);
            }
        }
    }

    /**
     * Assembles a text whose first byte is to lie at {@code base}.
     *
     * @throws AssemblyException if it cannot be
     */
    public static Assembly assemble(String text, long base) {
        return assemble(text, base, Map.of());
    }

    /** The same, with names that the text may use. */
    public static Assembly assemble(String text, long base, Map<String, Long> constants) {
        var assembler = new Assembler(text, base, constants);
        assembler.pass();
        assembler.symbols.resolve();
        assembler.out = new ByteArrayOutputStream();
        assembler.pass();
        return new Assembly(base, assembler.out.toByteArray(), assembler.symbols.labels());
    }

    private void pass() {
        for (int i = 0; i < statements.size(); i++) {
            try {
                labelled(statements.get(i));
            } catch (IllegalArgumentException e) {
                throw new AssemblyException(lines.get(i), e.getMessage());
            }
        }
    }

    private long here() {
        return base + out.size();
    }

    private void labelled(String text) {
        String rest = text;
        for (Matcher label = LABEL.matcher(rest); label.lookingAt(); label = LABEL.matcher(rest)) {
            symbols.defineLabel(label.group(1), here());
            rest = rest.substring(label.end());
        }
        Matcher parts = STATEMENT.matcher(rest);
        if (!parts.matches()) {
            return;
        }
        List<String> operands = parts.group(2).isEmpty() ? List.of() : split(parts.group(2), ',');
        if (parts.group(1).startsWith(".")) {
            directive(parts.group(1), operands);
        } else {
            statement(parts.group(1), operands);
        }
    }

    private void directive(String name, List<String> operands) {
        switch (name) {
            case ".byte" -> data(operands, 1);
            case ".half", ".2byte" -> data(operands, 2);
            case ".word", ".4byte" -> data(operands, 4);
            case ".dword", ".8byte", ".quad" -> data(operands, 8);
            case ".zero", ".space" -> fill(symbols.constant(only(operands), here()));
            case ".align" -> {
                long bytes = 1L << symbols.constant(only(operands), here());
                fill(-here() & bytes - 1);
            }
            case ".ascii" -> out.writeBytes(string(only(operands)));
            case ".string", ".asciz" -> {
                out.writeBytes(string(only(operands)));
                out.write(0);
            }
            case ".equ", ".set" -> {
                if (operands.size() != 2) {
                    throw new IllegalArgumentException(name + " takes a name and a value");
                }
                symbols.defineConstant(operands.get(0), symbols.value(operands.get(1), here()));
            }
            default -> throw new IllegalArgumentException("'%s' is no directive".formatted(name));
        }
    }

    private static String only(List<String> operands) {
        if (operands.size() != 1) {
            throw new IllegalArgumentException("found %d operands, expected 1".formatted(operands.size()));
        }
        return operands.getFirst();
    }

    private void data(List<String> operands, int sizeBytes) {
        for (String operand : operands) {
            long value = symbols.value(operand, here());
            long unused = sizeBytes == 8 ? 0 : value >> sizeBytes * 8;
            if (unused != 0 && value >> sizeBytes * 8 - 1 != -1) {
                throw new IllegalArgumentException("%s does not fit into %d bytes".formatted(operand, sizeBytes));
            }
            emit(value, sizeBytes);
        }
    }

    private void emit(long value, int sizeBytes) {
        for (int i = 0; i < sizeBytes; i++) {
            out.write((int) (value >>> i * 8));
        }
    }

    private void fill(long bytes) {
        if (bytes < 0 || bytes > MAX_FILL_BYTES) {
            throw new IllegalArgumentException("cannot fill %d bytes".formatted(bytes));
        }
        out.writeBytes(new byte[(int) bytes]);
    }

    private static byte[] string(String literal) {
        if (literal.length() < 2 || !literal.startsWith("\"") || !literal.endsWith("\"")) {
            throw new IllegalArgumentException(literal + " is no string in double quotes");
        }
        return literal.substring(1, literal.length() - 1).translateEscapes().getBytes(StandardCharsets.UTF_8);
    }

    private void statement(String mnemonic, List<String> operands) {
        if (mnemonic.equals("li") && operands.size() == 2) {
            long value = symbols.constant(operands.get(1), here());
            Pseudo.loadConstant(operands.get(0), value).forEach(this::expanded);
            return;
        }
        if (mnemonic.equals("la") && operands.size() == 2) {
            loadAddress(operands.get(0), symbols.value(operands.get(1), here()));
            return;
        }
        String expansion = Pseudo.expansion(mnemonic, operands.size());
        if (expansion == null) {
            instruction(mnemonic, operands);
            return;
        }
        for (int i = 0; i < operands.size(); i++) {
            expansion = expansion.replace("$" + (i + 1), operands.get(i));
        }
        expanded(expansion);
    }

    private void expanded(String text) {
        String[] parts = text.split(" ", 2);
        instruction(parts[0], parts.length == 1 ? List.of() : split(parts[1], ','));
    }

    private void loadAddress(String register, long target) {
        long distance = symbols.isCollecting() ? 0 : target - here();
        long low = distance << 52 >> 52;
        long high = distance - low;
        if (high != (int) high) {
            throw new IllegalArgumentException("0x%x is too far away for la".formatted(target));
        }
        expanded("auipc %s, %d".formatted(register, high >>> 12 & 0xFFFFF));
        expanded("addi %s, %s, %d".formatted(register, register, low));
    }

    private void instruction(String mnemonic, List<String> operands) {
        Insns.Row row = Insns.find(mnemonic);
        int ordering = 0;
        if (row == null) {
            int suffix = mnemonic.lastIndexOf('.');
            ordering = suffix < 0 ? -1 : Disassembler.ORDERINGS.indexOf(mnemonic.substring(suffix));
            row = ordering < 0 ? null : Insns.find(mnemonic.substring(0, suffix));
            if (row == null || !row.encoding().has("aq")) {
                throw new IllegalArgumentException("'%s' is no instruction".formatted(mnemonic));
            }
        }
        int lengthBytes = row.encoding().lengthBytes();
        if (symbols.isCollecting()) {
            emit(0, lengthBytes);
            return;
        }
        int bits = new OperandCoder(row, symbols, here()).encode(operands);
        if (ordering > 0) {
            bits |= row.encoding().field("aq").insert(ordering >> 1)
                    | row.encoding().field("rl").insert(ordering & 1);
        }
        emit(bits, lengthBytes);
    }

    private static String withoutComment(String line) {
        int end = line.length();
        int hash = find(line, c -> c == '#', 0);
        int slashes = find(line, c -> c == '/', 0);
        if (slashes >= 0 && line.startsWith("//", slashes)) {
            end = slashes;
        }
        return line.substring(0, hash >= 0 ? Math.min(hash, end) : end);
    }

    /** The parts between separators that stand outside of quotes. */
    private static List<String> split(String text, char separator) {
        var parts = new ArrayList<String>();
        int start = 0;
        for (int end = find(text, c -> c == separator, 0); end >= 0; end = find(text, c -> c == separator, start)) {
            parts.add(text.substring(start, end).strip());
            start = end + 1;
        }
        parts.add(text.substring(start).strip());
        return parts;
    }

    /** The first place from {@code start} on, outside of quotes, with a character of a kind, or -1. */
    private static int find(String text, IntPredicate wanted, int start) {
        boolean quoted = false;
        for (int i = start; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '"' && (i == 0 || text.charAt(i - 1) != '\\')) {
                quoted = !quoted;
            } else if (!quoted && wanted.test(letter)) {
                return i;
            }
        }
        return -1;
    }
}
