package dev.retrovisor.cli.gdb;

import java.util.Arrays;

/**
 * The protocol's packets as bytes (gdb manual, "Overview" of "gdb Remote Serial Protocol"). A packet's body is a string
 * of characters up to 255, a byte each.
 */
final class Packets {
    /** Bytes of a body that we take; what is longer is dropped. */
    static final int MOST_BYTES = 1 << 16;

    private static final char ESCAPE = '}';
    private static final int ESCAPE_BIT = 0x20;
    private static final int SHORTEST_RUN = 3;
    private static final int LONGEST_RUN = 97;
    private static final int RUN_BASE = 29;

    private Packets() {}

    /** A body with everything around it, and with runs of a character cut short. */
    static byte[] framed(String body) {
        String shortened = shortened(body);
        byte[] frame = new byte[shortened.length() + 4];
        frame[0] = '$';
        int sum = 0;
        for (int i = 0; i < shortened.length(); i++) {
            char each = shortened.charAt(i);
            frame[i + 1] = (byte) each;
            sum += each;
        }
        frame[frame.length - 3] = '#';
        frame[frame.length - 2] = (byte) Character.forDigit(sum >> 4 & 15, 16);
        frame[frame.length - 1] = (byte) Character.forDigit(sum & 15, 16);
        return frame;
    }

    /** {@code c*N}: c, and N - 29 more of it. */
    private static String shortened(String body) {
        var shortened = new StringBuilder(body.length());
        for (int i = 0; i < body.length(); ) {
            char each = body.charAt(i);
            int more = 0;
            while (more < LONGEST_RUN && i + more + 1 < body.length() && body.charAt(i + more + 1) == each) {
                more++;
            }
            while (more >= SHORTEST_RUN && isSpecial((char) (more + RUN_BASE))) {
                more--;
            }
            shortened.append(each);
            if (more >= SHORTEST_RUN) {
                shortened.append('*').append((char) (more + RUN_BASE));
                i += more;
            }
            i++;
        }
        return shortened.toString();
    }

    /** What a receiver might take for the beginning or the end of a packet, or for an answer to one. */
    private static boolean isSpecial(char count) {
        return count == '#' || count == '$' || count == '+' || count == '-';
    }

    /** Bytes as a part of a body that may hold any. */
    static String escaped(byte[] bytes) {
        var escaped = new StringBuilder(bytes.length + 16);
        for (byte each : bytes) {
            char character = (char) (each & 0xff);
            if (character == '#' || character == '$' || character == ESCAPE || character == '*') {
                escaped.append(ESCAPE).append((char) (character ^ ESCAPE_BIT));
            } else {
                escaped.append(character);
            }
        }
        return escaped.toString();
    }

    /** The bytes of such a part. */
    static byte[] unescaped(String escaped) {
        byte[] bytes = new byte[escaped.length()];
        int length = 0;
        for (int i = 0; i < escaped.length(); i++) {
            char each = escaped.charAt(i);
            if (each == ESCAPE && i + 1 < escaped.length()) {
                i++;
                each = (char) (escaped.charAt(i) ^ ESCAPE_BIT);
            }
            bytes[length++] = (byte) each;
        }
        return Arrays.copyOf(bytes, length);
    }
}
