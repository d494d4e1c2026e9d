package dev.retrovisor.introspect.linux;

import java.nio.charset.StandardCharsets;

/** Guest text as C would write it: what is no printable ASCII is escaped, as strace does it. Harmless to print. */
public final class CText {
    private CText() {}

    /** With quotation marks. */
    public static String quoted(byte[] text, int lengthBytes) {
        return '"' + escaped(text, lengthBytes, "\"") + '"';
    }

    /** With quotation marks. */
    public static String quoted(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return quoted(bytes, bytes.length);
    }

    /** For angle brackets: without quotation marks. */
    public static String inBrackets(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return escaped(bytes, bytes.length, "\"<>");
    }

    private static String escaped(byte[] text, int lengthBytes, String special) {
        var escaped = new StringBuilder(lengthBytes + 16);
        for (int i = 0; i < lengthBytes; i++) {
            int each = text[i] & 0xff;
            switch (each) {
                case '\n' -> escaped.append("\\n");
                case '\t' -> escaped.append("\\t");
                case '\r' -> escaped.append("\\r");
                case '\f' -> escaped.append("\\f");
                case 0x0b -> escaped.append("\\v");
                case '\\' -> escaped.append("\\\\");
                case '"' -> escaped.append("\\\"");
                default -> {
                    if (each >= ' ' && each < 0x7f && (special.indexOf(each) < 0)) {
                        escaped.append((char) each);
                    } else {
                        octal(escaped, each, i + 1 < lengthBytes && text[i + 1] >= '0' && text[i + 1] <= '9');
                    }
                }
            }
        }
        return escaped.toString();
    }

    /** As short as what follows allows. */
    private static void octal(StringBuilder escaped, int each, boolean digitFollows) {
        escaped.append('\\');
        if (digitFollows || each >= 0100) {
            escaped.append((char) ('0' + (each >> 6)));
        }
        if (digitFollows || each >= 010) {
            escaped.append((char) ('0' + (each >> 3 & 7)));
        }
        escaped.append((char) ('0' + (each & 7)));
    }
}
