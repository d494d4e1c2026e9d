package dev.retrovisor.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes as a person writes them on a command line. */
final class TypedBytes {
    private TypedBytes() {}

    /**
     * Text in UTF-8, in which {@code \n}, {@code \r}, {@code \t}, {@code \e}, {@code \\} and {@code \x1b} stand for single
     * bytes.
     *
     * @throws IllegalArgumentException if a backslash is followed by something else
     */
    static byte[] unescaped(String text) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c != '\\') {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char escaped = i < text.length() ? text.charAt(i++) : ' ';
            switch (escaped) {
                case 'n' -> bytes.write('\n');
                case 'r' -> bytes.write('\r');
                case 't' -> bytes.write('\t');
                case 'e' -> bytes.write(0x1b);
                case '\\', '"' -> bytes.write(escaped);
                case 'x' -> {
                    if (i + 2 > text.length() || !text.substring(i, i + 2).matches("[0-9a-fA-F]{2}")) {
                        throw new IllegalArgumentException("\\x needs two hexadecimal digits behind it");
                    }
                    bytes.write(HexFormat.fromHexDigits(text.substring(i, i + 2)));
                    i += 2;
                }
                default ->
                    throw new IllegalArgumentException("a backslash stands before n, r, t, e, xHH or a backslash");
            }
        }
        return bytes.toByteArray();
    }
}
