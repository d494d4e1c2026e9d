package dev.retrovisor.testkit.look;

import dev.retrovisor.testkit.debian.Truth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the files of a guest's /proc are read (proc(5)). */
final class ProcFiles {
    private ProcFiles() {}

    /** The fields of a stat file, numbered as proc(5) does: number, name, state and so on from 1. */
    static List<String> stat(Truth truth, String path) {
        String text = truth.file(path).strip();
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        var fields = new ArrayList<String>();
        fields.add("");
        fields.add(text.substring(0, open).strip());
        fields.add(Truth.text(text.substring(open + 1, close)));
        fields.addAll(Arrays.asList(text.substring(close + 2).split(" ")));
        return fields;
    }

    /** Lines of the form {@code Name: value}. */
    static Map<String, String> named(Truth truth, String path) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : truth.lines(path)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return values;
    }

    /** Texts that each end with a zero byte. */
    static List<String> strings(Truth truth, String path) {
        String text = truth.file(path);
        if (text.isEmpty()) {
            return List.of();
        }
        // The guest puts a line's end behind what has none.
        String whole = text.endsWith("\\x00\n") ? text.substring(0, text.length() - 1) : text;
        String[] parts = whole.split("\\\\x00", -1);
        return Arrays.stream(parts)
                .limit(whole.endsWith("\\x00") ? parts.length - 1 : parts.length)
                .map(Truth::text)
                .toList();
    }

    /** Bytes of a number of kB. */
    static long bytes(String kilobytes) {
        return Long.parseLong(kilobytes.replace(" kB", "").strip()) << 10;
    }
}
