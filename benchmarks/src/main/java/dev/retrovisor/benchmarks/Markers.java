package dev.retrovisor.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds in a console's output where each workload begins and ends, and measures what lies between: lines
 * {@code @@ NAME begin GROUP} and {@code @@ NAME end CHECKSUM}, each with the machine's steps behind it where somebody
 * counts them. What begins with power-on has no first line.
 */
final class Markers {
    static final String PREFIX = "@@ ";

    /** What the guest's process and machine had used at some moment. */
    private record Reading(String group, long wallNanos, long cpuNanos, long steps) {}

    private final HostProcess process;
    private final Consumer<Sample> samples;
    private final Consumer<String> otherLines;
    private final StringBuilder line = new StringBuilder();
    private final Map<String, Reading> begun = new LinkedHashMap<>();

    /**
     * @param process that runs the guest
     * @param otherLines takes the rest of what the guest says
     */
    Markers(HostProcess process, Consumer<Sample> samples, Consumer<String> otherLines) {
        this.process = process;
        this.samples = samples;
        this.otherLines = otherLines;
        begun.put(Group.BOOT.word(), new Reading(Group.BOOT.word(), System.nanoTime(), 0, 0));
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
        String[] words =
                text.startsWith(PREFIX) ? text.substring(PREFIX.length()).split(" ") : new String[0];
        if (words.length < 3) {
            otherLines.accept(text);
            return;
        }
        long steps = words.length > 3 ? Long.parseLong(words[3]) : 0;
        Reading begin = begun.get(words[0]);
        if (words[1].equals("begin")) {
            begun.put(words[0], new Reading(words[2], System.nanoTime(), process.cpuNanos(), steps));
        } else if (words[1].equals("end") && begin != null) {
            samples.accept(new Sample(
                    words[0],
                    begin.group,
                    words[2],
                    System.nanoTime() - begin.wallNanos,
                    process.cpuNanos() - begin.cpuNanos,
                    steps - begin.steps,
                    process.residentKiB()));
        }
    }
}
