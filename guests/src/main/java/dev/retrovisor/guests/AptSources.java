package dev.retrovisor.guests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The host's apt configuration, read for one fact: from where this host gets Debian (sources.list(5)). Both syntaxes
 * are read, the one-line one and deb822. Entries of other distributions and of Debian's security archive, which has no
 * whole suite, are passed over.
 */
final class AptSources {
    /** Releases that have or had a riscv64 host or that a Debian host of today may still run. */
    private static final Set<String> DEBIAN_SUITES = Set.of(
            "buster",
            "bullseye",
            "bookworm",
            "trixie",
            "forky",
            "duke",
            "sid",
            "oldoldstable",
            "oldstable",
            "stable",
            "testing",
            "unstable");

    private static final String MIRROR_LIST_SCHEME = "mirror+file:";

    private final Path aptFolder;

    AptSources(Path aptFolder) {
        this.aptFolder = aptFolder;
    }

    /** One source: the archives' roots and the suites taken from them. */
    private record Entry(List<String> uris, List<String> suites, List<String> components) {
        boolean isDebian() {
            return components.contains("main") && suites.stream().anyMatch(Entry::isDebianSuite);
        }

        private static boolean isDebianSuite(String suite) {
            return DEBIAN_SUITES.contains(suite.replaceFirst("-(updates|proposed-updates|backports(-sloppy)?)$", ""));
        }
    }

    /** The roots of the Debian mirrors in the order of the configuration, each with no slash at its end. */
    List<String> debianMirrors() {
        Set<String> mirrors = new LinkedHashSet<>();
        for (Path file : files()) {
            for (Entry entry : entries(file)) {
                if (entry.isDebian()) {
                    entry.uris().stream().flatMap(this::expand).forEach(mirrors::add);
                }
            }
        }
        return List.copyOf(mirrors);
    }

    /** sources.list first, then sources.list.d by name, as apt reads them. */
    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        Path main = aptFolder.resolve("sources.list");
        if (Files.isReadable(main)) {
            files.add(main);
        }
        Path folder = aptFolder.resolve("sources.list.d");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> inFolder = Files.list(folder)) {
                inFolder.filter(f ->
                                f.toString().endsWith(".list") || f.toString().endsWith(".sources"))
                        .filter(Files::isReadable)
                        .sorted()
                        .forEach(files::add);
            } catch (IOException e) {
                throw new GuestException("%s: cannot list apt's sources: %s".formatted(folder, e.getMessage()), e);
            }
        }
        return files;
    }

    private static List<Entry> entries(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
            return file.toString().endsWith(".sources") ? stanzas(file, text) : lines(text);
        } catch (IOException e) {
            throw new GuestException("%s: cannot read apt's sources: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** {@code deb [option=value ...] URI suite component ...} */
    private static List<Entry> lines(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.split("\\R")) {
            String rule =
                    line.replaceFirst("#.*", "").replaceFirst("\\[[^]]*]", " ").strip();
            String[] words = rule.split("\\s+");
            if (words.length >= 4 && words[0].equals("deb")) {
                entries.add(new Entry(
                        List.of(words[1]), List.of(words[2]), List.of(words).subList(3, words.length)));
            }
        }
        return entries;
    }

    private static List<Entry> stanzas(Path file, String text) throws IOException {
        BufferedReader lines = new BufferedReader(new StringReader(text));
        return ControlStanzas.read(lines, file.toString(), _ -> true).stream()
                .filter(stanza -> stanza.words("Types").contains("deb"))
                .filter(stanza -> !stanza.field("Enabled")
                        .orElse("yes")
                        .toLowerCase(Locale.ROOT)
                        .matches("no|false|off|0"))
                .map(stanza -> new Entry(stanza.words("URIs"), stanza.words("Suites"), stanza.words("Components")))
                .toList();
    }

    /** What we can fetch from: http, https, file, and the lists of mirrors that cloud images use. */
    private Stream<String> expand(String uri) {
        if (uri.startsWith(MIRROR_LIST_SCHEME)) {
            Path list = Path.of(uri.substring(MIRROR_LIST_SCHEME.length()).replaceFirst("^/+", "/"));
            try {
                // apt-transport-mirror(1), "Mirrorlist format": a URI, then optional metadata after a tab or space.
                return Files.readAllLines(list, StandardCharsets.ISO_8859_1).stream()
                        .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+")[0])
                        .flatMap(this::direct);
            } catch (IOException e) {
                return Stream.empty();
            }
        }
        return direct(uri);
    }

    private Stream<String> direct(String uri) {
        boolean known = uri.startsWith("http://") || uri.startsWith("https://") || uri.startsWith("file:");
        return known ? Stream.of(uri.replaceFirst("/+$", "")) : Stream.empty();
    }
}
