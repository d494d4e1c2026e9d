package dev.retrovisor.guests;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The names that a busybox answers to, read from the binary, so that the links always fit it. Busybox holds them as one
 * block of NUL-ended strings in ascending order (its applet table is searched by halving), which an empty string ends;
 * {@code [} and {@code [[} are the first.
 */
final class BusyboxApplets {
    private static final byte[] FIRST = {'[', 0, '[', '[', 0};
    private static final int FEWEST = 50;

    private BusyboxApplets() {}

    static List<String> read(byte[] busybox, String file) {
        for (int at = 0; at + FIRST.length <= busybox.length; at++) {
            if (Arrays.equals(busybox, at, at + FIRST.length, FIRST, 0, FIRST.length)) {
                List<String> names = namesAt(busybox, at);
                if (names.size() >= FEWEST) {
                    return names;
                }
            }
        }
        throw new GuestFormatException(file, 0, "no table of applet names", "a busybox binary");
    }

    private static List<String> namesAt(byte[] bytes, int at) {
        List<String> names = new ArrayList<>();
        int start = at;
        for (int i = at; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                continue;
            }
            String name = new String(bytes, start, i - start, StandardCharsets.ISO_8859_1);
            boolean ascends = names.isEmpty() || names.getLast().compareTo(name) < 0;
            if (!ascends || !name.matches("[a-z0-9_.\\[-]+")) {
                break;
            }
            names.add(name);
            start = i + 1;
        }
        return names;
    }
}
