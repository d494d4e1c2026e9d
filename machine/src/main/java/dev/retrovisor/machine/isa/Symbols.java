package dev.retrovisor.machine.isa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names in an assembly text, and expressions over them: numbers (decimal, {@code 0x}, {@code 0b}, {@code 'c'}), names,
 * {@code .} for the present address, {@code 1b} and {@code 1f} for the nearest numeric label, parentheses and, from loose
 * to tight, {@code |}, {@code ^}, {@code &}, {@code << >>}, {@code + -}, {@code *}, {@code - ~}.
 */
final class Symbols {
    private static final List<List<String>> BINARY =
            List.of(List.of("|"), List.of("^"), List.of("&"), List.of("<<", ">>"), List.of("+", "-"), List.of("*"));

    private final Map<String, Long> constants = new HashMap<>();
    private final Map<String, Long> labels = new HashMap<>();
    private final Map<String, List<Long>> numericLabels = new HashMap<>();

    /** Whether labels further down are not known yet and stand for 0. */
    private boolean collecting = true;

    private String text;
    private int at;
    private long here;

    Symbols(Map<String, Long> predefined) {
        constants.putAll(predefined);
    }

    /** Ends the collecting of labels: from now on each name must be known. */
    void resolve() {
        collecting = false;
    }

    boolean isCollecting() {
        return collecting;
    }

    void defineConstant(String name, long value) {
        constants.put(name, value);
    }

    void defineLabel(String name, long address) {
        if (!collecting) {
            return;
        }
        if (Character.isDigit(name.charAt(0))) {
            numericLabels.computeIfAbsent(name, _ -> new ArrayList<>()).add(address);
        } else if (constants.containsKey(name) || labels.put(name, address) != null) {
            throw new IllegalArgumentException("'%s' is defined twice".formatted(name));
        }
    }

    Map<String, Long> labels() {
        return Map.copyOf(labels);
    }

    /** The value of an expression that may name any label; {@code address} is what {@code .} means. */
    long value(String expression, long address) {
        text = expression.strip();
        at = 0;
        here = address;
        long value = binary(0);
        if (at != text.length()) {
            throw bad();
        }
        return value;
    }

    /** The value of an expression of constants only: one that a size may depend on. */
    long constant(String expression, long address) {
        boolean wasCollecting = collecting;
        collecting = false;
        try {
            return value(expression, address);
        } finally {
            collecting = wasCollecting;
        }
    }

    private long binary(int level) {
        if (level == BINARY.size()) {
            return unary();
        }
        long left = binary(level + 1);
        while (true) {
            String operator = operator(BINARY.get(level));
            if (operator == null) {
                return left;
            }
            long right = binary(level + 1);
            left = switch (operator) {
                case "|" -> left | right;
                case "^" -> left ^ right;
                case "&" -> left & right;
                case "<<" -> left << right;
                case ">>" -> left >>> right;
                case "+" -> left + right;
                case "-" -> left - right;
                default -> left * right;
            };
        }
    }

    private String operator(List<String> operators) {
        skipSpace();
        for (String operator : operators) {
            if (text.startsWith(operator, at)) {
                at += operator.length();
                return operator;
            }
        }
        return null;
    }

    private long unary() {
        skipSpace();
        if (at == text.length()) {
            throw bad();
        }
        char first = text.charAt(at);
        if (first == '-' || first == '~') {
            at++;
            long operand = unary();
            return first == '-' ? -operand : ~operand;
        }
        if (first == '(') {
            at++;
            long value = binary(0);
            skipSpace();
            if (at == text.length() || text.charAt(at++) != ')') {
                throw bad();
            }
            return value;
        }
        if (first == '\'' && text.length() > at + 2 && text.charAt(at + 2) == '\'') {
            at += 3;
            return text.charAt(at - 2);
        }
        int start = at;
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        return word(text.substring(start, at));
    }

    private long word(String word) {
        if (word.equals(".")) {
            return here;
        }
        if (word.matches("[0-9]+[bf]")) {
            return numericLabel(word);
        }
        if (word.matches("[0-9].*")) {
            return number(word.replace("_", ""));
        }
        Long value = constants.containsKey(word) ? constants.get(word) : labels.get(word);
        if (value == null && !(collecting && !word.isEmpty())) {
            throw word.isEmpty() ? bad() : new IllegalArgumentException("'%s' is not defined".formatted(word));
        }
        return value == null ? 0 : value;
    }

    private static long number(String word) {
        try {
            if (word.startsWith("0x")) {
                return Long.parseUnsignedLong(word, 2, word.length(), 16);
            }
            return word.startsWith("0b")
                    ? Long.parseUnsignedLong(word, 2, word.length(), 2)
                    : Long.parseUnsignedLong(word);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("'%s' is no number of 64 bits".formatted(word));
        }
    }

    private long numericLabel(String word) {
        List<Long> addresses = numericLabels.getOrDefault(word.substring(0, word.length() - 1), List.of());
        boolean backward = word.endsWith("b");
        Long found = null;
        for (long address : addresses) {
            if (backward && address <= here) {
                found = address;
            } else if (!backward && address > here && found == null) {
                found = address;
            }
        }
        if (found == null && !collecting) {
            throw new IllegalArgumentException("there is no label '%s'".formatted(word));
        }
        return found == null ? 0 : found;
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isWord(char letter) {
        return Character.isLetterOrDigit(letter) || letter == '_' || letter == '.' || letter == '$';
    }

    private IllegalArgumentException bad() {
        return new IllegalArgumentException("'%s' is no expression".formatted(text));
    }
}
