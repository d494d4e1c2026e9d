package dev.retrovisor.testkit.debian;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the guest of {@link LookGuest} says of itself: files of its /proc, links, and facts that its actors know. */
public final class Truth {
    private final Map<String, String> files = new LinkedHashMap<>();
    private final Map<String, String> links = new LinkedHashMap<>();
    private final List<Integer> processes = new ArrayList<>();
    private final List<Map<String, String>> facts = new ArrayList<>();

    /** Reads it out of the console's output. */
    public static Truth of(Recording recording) {
        var truth = new Truth();
        String file = null;
        var content = new StringBuilder();
        for (Recording.Line line : recording.lines()) {
            if (!line.text().startsWith("@@ ")) {
                content.append(line.text()).append('\n');
                continue;
            }
            if (file != null) {
                truth.files.put(file, content.toString());
                file = null;
            }
            content.setLength(0);
            String[] words = line.text().split(" ", 4);
            switch (words[1]) {
                case "file" -> file = line.text().substring("@@ file ".length());
                case "link" -> truth.links.put(words[2], words.length > 3 ? words[3] : "");
                case "process" -> truth.processes.add(Integer.parseInt(words[2]));
                case "fact" -> truth.facts.add(fact(line.text().split(" ", 3)[2]));
                default -> {}
            }
        }
        return truth;
    }

    private static Map<String, String> fact(String text) {
        Map<String, String> fact = new LinkedHashMap<>();
        for (String word : text.split(" ")) {
            int equals = word.indexOf('=');
            fact.put(equals < 0 ? "" : word.substring(0, equals), word.substring(equals + 1));
        }
        return fact;
    }

    /** Every process, ascending. */
    public List<Integer> processes() {
        return List.copyOf(processes);
    }

    /** A file's content; what is not printable stands as {@code \xHH}. */
    public String file(String path) {
        return find(path).orElseThrow(() -> new IllegalStateException("the guest printed no " + path));
    }

    /** The same, if the guest could read it. */
    public Optional<String> find(String path) {
        return Optional.ofNullable(files.get(path));
    }

    /** A file's lines. */
    public List<String> lines(String path) {
        return file(path).lines().toList();
    }

    /** Where the links of a folder point to, by the links' names, in order. */
    public Map<String, String> links(String folder) {
        Map<String, String> found = new LinkedHashMap<>();
        links.forEach((path, target) -> {
            if (path.startsWith(folder + "/") && path.indexOf('/', folder.length() + 1) < 0) {
                found.put(path.substring(folder.length() + 1), target);
            }
        });
        return found;
    }

    /** The numbered folders or files below a folder, such as the threads in {@code /proc/1/task}, in order. */
    public List<Integer> below(String folder) {
        return files.keySet().stream()
                .filter(path -> path.startsWith(folder + "/"))
                .map(path -> path.substring(folder.length() + 1).split("/", 2)[0])
                .filter(name -> name.matches("[0-9]+"))
                .map(Integer::valueOf)
                .distinct()
                .toList();
    }

    /** The first fact of a kind: {@code @@ fact KIND name=value ...}. */
    public Map<String, String> fact(String kind, String name, String value) {
        return facts.stream()
                .filter(fact -> fact.get("").equals(kind) && value.equals(fact.get(name)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no fact %s with %s=%s".formatted(kind, name, value)));
    }

    /** The process of an actor. */
    public int actor(String name) {
        return Integer.parseInt(fact("actor", "name", name).get("pid"));
    }

    /** The process that says all this. */
    public int teller() {
        return Integer.parseInt(file("/proc/%d/stat".formatted(actor("files")))
                .replaceFirst("(?s).*\\) ", "")
                .split(" ")[1]);
    }

    /** The bytes behind a printed text: {@code \xHH} undone. */
    public static byte[] bytes(String printed) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < printed.length(); i++) {
            if (printed.startsWith("\\x", i)) {
                bytes.write(Integer.parseInt(printed.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                bytes.write(printed.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    /** The text behind a printed text. */
    public static String text(String printed) {
        return new String(bytes(printed), StandardCharsets.UTF_8);
    }
}
