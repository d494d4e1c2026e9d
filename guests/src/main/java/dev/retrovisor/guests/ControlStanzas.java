package dev.retrovisor.guests;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads Debian's control-file syntax (Debian Policy, "Syntax of control files"): stanzas of {@code Field: value}, split
 * by empty lines, values continued by indented lines. Release, Packages and apt's .sources files are all written in it.
 */
final class ControlStanzas {
    private ControlStanzas() {}

    /** One stanza; field names compare without regard to case, a continued value keeps its lines. */
    record Stanza(Map<String, String> fields) {
        Optional<String> field(String name) {
            return Optional.ofNullable(fields.get(name.toLowerCase(Locale.ROOT)));
        }

        /** The words of a field, none where it is absent. */
        List<String> words(String name) {
            String value = field(name).orElse("").strip();
            return value.isEmpty() ? List.of() : List.of(value.split("\\s+"));
        }
    }

    /**
     * @param wanted decides by a stanza's first line whether to keep it: a Packages file has 60,000 stanzas of which
     *     three are of interest
     */
    static List<Stanza> read(BufferedReader lines, String file, Predicate<String> wanted) throws IOException {
        List<Stanza> stanzas = new ArrayList<>();
        Map<String, String> fields = new LinkedHashMap<>();
        String lastField = null;
        boolean inStanza = false;
        boolean keep = false;
        long offset = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            long lineOffset = offset;
            offset += line.length() + 1L;
            if (line.isBlank()) {
                addStanza(stanzas, fields);
                fields = new LinkedHashMap<>();
                lastField = null;
                inStanza = false;
                continue;
            }
            if (line.startsWith("#")) {
                continue;
            }
            if (!inStanza) {
                inStanza = true;
                keep = wanted.test(line);
            }
            if (!keep) {
                continue;
            }
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                if (lastField == null) {
                    throw new GuestFormatException(file, lineOffset, quote(line), "a field before its continuation");
                }
                fields.merge(lastField, line.strip(), (before, more) -> before + "\n" + more);
                continue;
            }
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new GuestFormatException(file, lineOffset, quote(line), "a line 'Field: value'");
            }
            lastField = line.substring(0, colon).toLowerCase(Locale.ROOT);
            fields.put(lastField, line.substring(colon + 1).strip());
        }
        addStanza(stanzas, fields);
        return stanzas;
    }

    private static void addStanza(List<Stanza> stanzas, Map<String, String> fields) {
        if (!fields.isEmpty()) {
            stanzas.add(new Stanza(fields));
        }
    }

    private static String quote(String line) {
        return "'" + (line.length() > 60 ? line.substring(0, 60) + "..." : line) + "'";
    }
}
