package dev.retrovisor.recorder;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Takes the question for the cursor's position, {@code ESC [ 6 n}, out of what a guest wrote. A terminal answers it on
 * its input: where that is not the guest's, the answer would be typed into the shell that is used next. For one stream.
 */
public final class CursorQueryFilter {
    private static final byte[] QUERY = {0x1B, '[', '6', 'n'};

    private int matched;

    /** What is left of the next bytes; the beginning of a question waits until its end is seen. */
    public byte[] filter(byte[] bytes) {
        if (matched == 0 && !contains(bytes, QUERY[0])) {
            return bytes;
        }
        var left = new ByteArrayOutputStream(bytes.length + QUERY.length);
        for (byte value : bytes) {
            if (value != QUERY[matched]) {
                left.write(QUERY, 0, matched);
                matched = 0;
            }
            if (value != QUERY[matched]) {
                left.write(value);
            } else if (++matched == QUERY.length) {
                matched = 0;
            }
        }
        return left.toByteArray();
    }

    /** What was held back as the beginning of a question and turned out to be none. */
    public byte[] end() {
        byte[] rest = Arrays.copyOf(QUERY, matched);
        matched = 0;
        return rest;
    }

    private static boolean contains(byte[] bytes, byte wanted) {
        for (byte value : bytes) {
            if (value == wanted) {
                return true;
            }
        }
        return false;
    }
}
