package dev.retrovisor.introspect.filter;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of a filter's text.
 *
 * @param text of a text in quotes what it stands for
 * @param start index of its first character
 */
record Token(Kind kind, String text, int start) {
    enum Kind {
        WORD,
        QUOTED,
        SYMBOL,
        END
    }

    private static final String OPERATOR_CHARACTERS = "=!<>";
    private static final String PUNCTUATION = "(),";

    /** {@code and}, {@code (}: a word of the grammar. */
    boolean is(String symbol) {
        return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equals(symbol);
    }

    /** How a message names it. */
    String named() {
        return kind == Kind.END ? "the end" : "'" + text + "'";
    }

    /** All pieces of an expression, the last one its end. */
    static List<Token> split(String expression) {
        var tokens = new ArrayList<Token>();
        int at = 0;
        while (at < expression.length()) {
            char c = expression.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '"' || c == '\'') {
                at = quoted(expression, at, tokens);
            } else if (PUNCTUATION.indexOf(c) >= 0) {
                tokens.add(new Token(Kind.SYMBOL, String.valueOf(c), at));
                at++;
            } else {
                boolean isOperator = OPERATOR_CHARACTERS.indexOf(c) >= 0;
                int end = at + 1;
                while (end < expression.length() && goesOn(expression.charAt(end), isOperator)) {
                    end++;
                }
                tokens.add(new Token(isOperator ? Kind.SYMBOL : Kind.WORD, expression.substring(at, end), at));
                at = end;
            }
        }
        tokens.add(new Token(Kind.END, "", expression.length()));
        return tokens;
    }

    private static boolean goesOn(char c, boolean inOperator) {
        boolean isOperator = OPERATOR_CHARACTERS.indexOf(c) >= 0;
        return isOperator == inOperator && (inOperator || !Character.isWhitespace(c) && "(),\"'".indexOf(c) < 0);
    }

    private static int quoted(String expression, int start, List<Token> into) {
        var text = new StringBuilder();
        int at = start + 1;
        while (at < expression.length() && expression.charAt(at) != expression.charAt(start)) {
            at = expression.charAt(at) == '\\' ? escaped(expression, at, text) : plain(expression, at, text);
        }
        if (at >= expression.length()) {
            throw Mistakes.at(expression, start, "the quote that begins here has no end");
        }
        into.add(new Token(Kind.QUOTED, text.toString(), start));
        return at + 1;
    }

    private static int plain(String expression, int at, StringBuilder into) {
        into.append(expression.charAt(at));
        return at + 1;
    }

    private static int escaped(String expression, int at, StringBuilder into) {
        char kind = at + 1 < expression.length() ? expression.charAt(at + 1) : 0;
        switch (kind) {
            case 'n' -> into.append('\n');
            case 'r' -> into.append('\r');
            case 't' -> into.append('\t');
            case '\\', '"', '\'' -> into.append(kind);
            case 'x' -> into.append(code(expression, at, 2));
            case 'u' -> into.append(code(expression, at, 4));
            default ->
                throw Mistakes.at(
                        expression, at, "no such escape: there are \\n \\r \\t \\\\ \\\" \\' \\xHH and \\uHHHH");
        }
        return at + 2 + (kind == 'x' ? 2 : kind == 'u' ? 4 : 0);
    }

    private static char code(String expression, int at, int digits) {
        int end = at + 2 + digits;
        String text = end <= expression.length() ? expression.substring(at + 2, end) : "";
        if (!text.matches("[0-9a-fA-F]+")) {
            throw Mistakes.at(expression, at, "%d hexadecimal digits must follow".formatted(digits));
        }
        return (char) Integer.parseInt(text, 16);
    }
}
