package dev.retrovisor.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers and tables for people. */
public final class Text {
    private static final String[] BINARY_UNITS = {"KiB", "MiB", "GiB", "TiB"};

    private Text() {}

    /** {@code 1,234,567}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 disk}, {@code 2 disks}. */
    public static String count(long number, String one) {
        return count(number) + " " + one + (number == 1 ? "" : "s");
    }

    /** {@code 512 B}, {@code 3.4 MiB}. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double size = bytes;
        int unit = -1;
        while (size >= 1024 && unit < BINARY_UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        String digits = size == Math.rint(size) && size < 1024 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, digits, size, BINARY_UNITS[unit]);
    }

    /** {@code 0.42 s}, {@code 12.3 s}, {@code 2 min 05 s}. */
    public static String duration(long nanos) {
        double seconds = nanos / 1e9;
        if (seconds < 10) {
            return decimal(seconds, 2) + " s";
        }
        if (seconds < 120) {
            return decimal(seconds, 1) + " s";
        }
        long whole = Math.round(seconds);
        return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }

    public static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** A stranger's text for a terminal: control characters, which could move the cursor or worse, as {@code \\x1b}. */
    public static String visible(String text) {
        var shown = new StringBuilder();
        for (char c : text.toCharArray()) {
            if (Character.isISOControl(c)) {
                shown.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /** Rows in columns as wide as their widest cell; the last one has no padding. */
    public static List<String> columns(List<List<String>> rows) {
        var widths = new ArrayList<Integer>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(0);
                }
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        var lines = new ArrayList<String>();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i));
                if (i < row.size() - 1) {
                    line.repeat(" ", widths.get(i) - row.get(i).length() + 2);
                }
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
