package dev.retrovisor.introspect.syntax;

import java.util.List;

/** A text in a language of ours, a filter or an expression, that makes no sense; says where. */
public final class SyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String text;
    private final int position;
    private final String word;
    private final transient List<String> candidates;

    public SyntaxException(String text, int position, String message) {
        this(text, position, message, "", List.of());
    }

    /** @param candidates what could stand in the place of the word */
    public SyntaxException(String text, int position, String message, String word, List<String> candidates) {
        super(message);
        this.text = text;
        this.position = position;
        this.word = word;
        this.candidates = List.copyOf(candidates);
    }

    /** Index of the character at which it stops making sense; the text's length if that is its end. */
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

    /** The text, and below it a caret at the character. */
    public String report() {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return "  " + line + System.lineSeparator() + "  " + " ".repeat(position) + "^";
    }
}
