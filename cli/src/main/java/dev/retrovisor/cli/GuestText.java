package dev.retrovisor.cli;

import java.util.Locale;

/**
 * What a guest wrote, made harmless: names may hold escape sequences that steer a terminal, and marks that turn the
 * direction of writing or are not seen at all.
 */
public final class GuestText {
    private static final int LAST_ASCII = 0x7f;

    private GuestText() {}

    /**
     * For people: what does not print stands as in C, {@code \x1b}, {@code \n}, <code>&#92;u202e</code>; a backslash as two, so that
     * nothing can pose as one of these.
     */
    public static String shown(String text) {
        return printable(text.replace("\\", "\\\\"));
    }

    /** The same for a line that is ours with guest text in it: a backslash may be ours, and stays one. */
    public static String printable(String text) {
        if (isPlain(text)) {
            return text;
        }
        var shown = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (prints(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(escape(c));
            }
        });
        return shown.toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= LAST_ASCII) {
                return false;
            }
        }
        return true;
    }

    private static String escape(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> {
                String form = c <= LAST_ASCII ? "\\x%02x" : c <= Character.MAX_VALUE ? "\\u%04x" : "\\U%08x";
                yield String.format(Locale.ROOT, form, c);
            }
        };
    }

    /**
     * The same JSON, with what does not print escaped as JSON has it.
     *
     * @param ascii whether nothing beyond ASCII may stand in it
     */
    public static String inJson(String json, boolean ascii) {
        var safe = new StringBuilder(json.length() + 16);
        json.codePoints().forEach(c -> {
            // A line feed in strings is escaped already: one that stands here is between the fields.
            if (c == '\n' || (ascii ? c >= ' ' && c < LAST_ASCII : prints(c))) {
                safe.appendCodePoint(c);
            } else {
                for (char unit : Character.toChars(c)) {
                    safe.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        });
        return safe.toString();
    }

    private static boolean prints(int c) {
        if (c <= LAST_ASCII) {
            return c >= ' ' && c < LAST_ASCII;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Places that text takes on a terminal. */
    public static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            width += width(c);
            i += Character.charCount(c);
        }
        return width;
    }

    /** Places of one character: none for marks on another, two for ideographs and the like. */
    public static int width(int c) {
        if (c <= LAST_ASCII) {
            return 1;
        }
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        return Character.isIdeographic(c) || c >= 0x1100 && c <= 0x115f || c >= 0xac00 && c <= 0xd7a3 || isWideForm(c)
                ? 2
                : 1;
    }

    private static boolean isWideForm(int c) {
        return c >= 0x3000 && c <= 0x30ff || c >= 0xff01 && c <= 0xff60 || c >= 0x1f300 && c <= 0x1faff;
    }
}
