package dev.retrovisor.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds in a console's output where each workload begins and ends: lines {@code @@ NAME begin} and {@code @@ NAME end}. */
final class Markers {
    private static final String PREFIX = "@@ ";

    /** What a run has used at some moment; steps are 0 where nobody counts them. */
    record Reading(long wallNanos, long cpuNanos, long steps) {
        Reading minus(Reading earlier) {
            return new Reading(wallNanos - earlier.wallNanos, cpuNanos - earlier.cpuNanos, steps - earlier.steps);
        }
    }

    /** Takes a reading when a marker goes by. */
    @FunctionalInterface
    interface Meter {
        Reading read();
    }

    private final Meter meter;
    private final StringBuilder line = new StringBuilder();
    private final Map<String, Reading> begun = new LinkedHashMap<>();
    private final Map<String, Reading> used = new LinkedHashMap<>();

    Markers(Meter meter) {
        this.meter = meter;
    }

    /** Takes console output as it comes. */
    void accept(byte[] bytes, int length) {
        for (char c : new String(bytes, 0, length, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (c == '\n') {
                endLine(line.toString().strip());
                line.setLength(0);
            } else {
                line.append(c);
            }
        }
    }

    private void endLine(String text) {
        if (!text.startsWith(PREFIX)) {
            return;
        }
        String[] words = text.substring(PREFIX.length()).split(" ");
        if (words.length == 2 && words[1].equals("begin")) {
            begun.put(words[0], meter.read());
        } else if (words.length == 3 && words[1].equals("end") && begun.containsKey(words[0])) {
            used.put(words[0], meter.read().minus(begun.get(words[0])));
        }
    }

    /** What each workload used, in the order in which they ended. */
    Map<String, Reading> used() {
        return used;
    }
}
