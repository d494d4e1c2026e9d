package dev.retrovisor.introspect.export;

import java.util.Locale;

/** Text and numbers in XML, and in what borrows from it. */
final class Xml {
    private Xml() {}

    /** Text between tags or in an attribute's double quotes. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> appendVisible(escaped, point);
            }
        });
        return escaped.toString();
    }

    /** Text with nothing in it that can't be seen. */
    static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        text.codePoints().forEach(point -> appendVisible(visible, point));
        return visible.toString();
    }

    /**
     * A character, or {@code <U+001B>} in angle quotes if it is none to show: controls, which XML forbids, halves of
     * pairs, characters that turn the direction of text, and what Unicode has not assigned.
     */
    static void appendVisible(StringBuilder to, int point) {
        switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> to.append("\u2039U+%04X\u203a".formatted(point));
            default -> to.appendCodePoint(point);
        }
    }

    /** A length with one decimal, whatever the host's language. */
    static String decimal(double length) {
        return String.format(Locale.ROOT, "%.1f", length);
    }
}
