package dev.retrovisor.cli.gdb;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Numbers and bytes as the protocol writes them. */
final class Hex {
    private static final int LONGEST_NUMBER = 16;

    private Hex() {}

    /** An unsigned number, most significant digit first. */
    static long number(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
            throw malformed(text);
        }
        try {
            return HexFormat.fromHexDigitsToLong(text);
        } catch (IllegalArgumentException _) {
            throw malformed(text);
        }
    }

    /** One that must lie in {@code [0, most]}. */
    static int number(String text, int most) {
        long number = number(text);
        if (number < 0 || number > most) {
            throw malformed(text);
        }
        return (int) number;
    }

    static byte[] bytes(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException _) {
            throw malformed(text);
        }
    }

    static String text(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static String ofText(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    static String textOf(String hex) {
        return new String(bytes(hex), StandardCharsets.UTF_8);
    }

    /** A register's value: its bytes in memory's order. */
    static String little(long value, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return text(bytes);
    }

    /** The value of such bytes, zero-extended. */
    static long ofLittle(byte[] bytes) {
        long value = 0;
        for (int i = Math.min(bytes.length, Long.BYTES) - 1; i >= 0; i--) {
            value = value << 8 | bytes[i] & 0xff;
        }
        return value;
    }

    private static GdbError malformed(String text) {
        return new GdbError("malformed packet at '" + (text.length() > 40 ? text.substring(0, 40) : text) + "'");
    }
}
