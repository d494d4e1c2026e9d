package dev.retrovisor.introspect.expression;

import java.util.List;

/** An expression that makes no sense; says where. */
public final class ExpressionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String expression;
    private final int position;
    private final String word;
    private final transient List<String> candidates;

    ExpressionException(String expression, int position, String message) {
        this(expression, position, message, "", List.of());
    }

    /** @param candidates what could stand in the place of the word */
    ExpressionException(String expression, int position, String message, String word, List<String> candidates) {
        super(message);
        this.expression = expression;
        this.position = position;
        this.word = word;
        this.candidates = List.copyOf(candidates);
    }

    /** Index of the character at which it stops making sense. */
    public int position() {
        return position;
    }

    /** A word that is not known, or empty text. */
    public String word() {
        return word;
    }

    /** The words that are known where {@link #word} stands. */
    public List<String> candidates() {
        return candidates;
    }

    /** The expression, and below it a caret at the character. */
    public String report() {
        String line = expression.replaceAll("\\p{Cntrl}", " ");
        return "  " + line + System.lineSeparator() + "  " + " ".repeat(position) + "^";
    }
}
