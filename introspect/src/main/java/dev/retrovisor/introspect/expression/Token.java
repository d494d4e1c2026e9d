package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of an expression.
 *
 * @param text of a text in quotes what it stands for
 * @param start index of its first character
 */
record Token(Kind kind, String text, int start) {
    enum Kind {
        NUMBER,
        WORD,
        /** In double quotes. */
        TEXT,
        /** In single quotes: a character, or a symbol whose name is no word of C. */
        QUOTED,
        OPERATOR,
        END
    }

    /** The longest first. */
    private static final List<String> OPERATORS = List.of(
            "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<",
            ">", "?", ":", ".", "(", ")", "[", "]", ",", "@", "=");

    boolean is(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
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
            } else if (isWordPart(c)) {
                int end = at + 1;
                while (end < expression.length() && isWordPart(expression.charAt(end))) {
                    end++;
                }
                Kind kind = Character.isDigit(c) ? Kind.NUMBER : Kind.WORD;
                tokens.add(new Token(kind, expression.substring(at, end), at));
                at = end;
            } else {
                tokens.add(operator(expression, at));
                at += tokens.getLast().text.length();
            }
        }
        tokens.add(new Token(Kind.END, "", expression.length()));
        return tokens;
    }

    private static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$';
    }

    private static Token operator(String expression, int at) {
        return OPERATORS.stream()
                .filter(operator -> expression.startsWith(operator, at))
                .findFirst()
                .map(operator -> new Token(Kind.OPERATOR, operator, at))
                .orElseThrow(() -> new SyntaxException(expression, at, "no expression has such a character"));
    }

    private static int quoted(String expression, int start, List<Token> into) {
        char quote = expression.charAt(start);
        var text = new StringBuilder();
        int at = start + 1;
        while (at < expression.length() && expression.charAt(at) != quote) {
            char c = expression.charAt(at++);
            if (c == '\\' && at < expression.length()) {
                c = escaped(expression, at++);
            }
            text.append(c);
        }
        if (at >= expression.length()) {
            throw new SyntaxException(expression, start, "the quote that begins here has no end");
        }
        into.add(new Token(quote == '"' ? Kind.TEXT : Kind.QUOTED, text.toString(), start));
        return at + 1;
    }

    private static char escaped(String expression, int at) {
        char c = expression.charAt(at);
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '0' -> '\0';
            case '\\', '"', '\'' -> c;
            default ->
                throw new SyntaxException(
                        expression, at, "no such escape: there are \\n \\r \\t \\0 \\\\ \\\" and \\'");
        };
    }
}
