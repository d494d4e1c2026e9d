package dev.retrovisor.introspect.syscall;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The names of Linux's system call interface, as {@code uapi.txt} has them. */
final class Uapi {
    /** Errors that never leave the kernel, except to whoever traces: a signal came, the call may be made again. */
    private static final Map<Integer, String> RESTARTS = Map.of(
            512, "ERESTARTSYS (To be restarted if SA_RESTART is set)",
            513, "ERESTARTNOINTR (To be restarted)",
            514, "ERESTARTNOHAND (To be restarted if no handler)",
            516, "ERESTART_RESTARTBLOCK (Interrupted by signal)");

    private final Map<String, NameSet> sets;
    private final NameSet errors;

    private Uapi(Map<String, NameSet> sets) {
        this.sets = sets;
        errors = sets.get("errno");
    }

    static Uapi load() {
        Map<String, NameSet> sets = new LinkedHashMap<>();
        String head = null;
        List<Long> values = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String line : lines("uapi.txt")) {
            if (line.startsWith("[")) {
                if (head != null) {
                    add(sets, head, values, names);
                }
                head = line.substring(1, line.length() - 1);
                values = new ArrayList<>();
                names = new ArrayList<>();
            } else {
                int space = line.indexOf(' ');
                values.add(Long.parseUnsignedLong(line, 0, space, 16));
                names.add(line.substring(space + 1));
            }
        }
        add(sets, head, values, names);
        return new Uapi(sets);
    }

    private static void add(Map<String, NameSet> sets, String head, List<Long> values, List<String> names) {
        String[] parts = head.split("[ +]");
        long mask = switch (parts[1]) {
            case "values" -> -1;
            case "flags" -> 0;
            default -> Long.parseUnsignedLong(parts[1].substring("mask:0x".length()), 16);
        };
        NameSet.Rest rest = parts.length < 3
                ? NameSet.Rest.DECIMAL
                : NameSet.Rest.valueOf(parts[2].toUpperCase(java.util.Locale.ROOT));
        sets.put(parts[0], new NameSet(parts[0], mask, rest, values, names));
    }

    /** The lines of one of this package's files, without comments and empty ones. */
    static List<String> lines(String file) {
        try (InputStream stream = Uapi.class.getResourceAsStream(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<NameSet> find(String name) {
        return Optional.ofNullable(sets.get(name));
    }

    NameSet set(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("uapi.txt has no set " + name));
    }

    /** The name of an error's number, or empty if it has none. */
    String error(int number) {
        String restart = RESTARTS.get(number);
        if (restart != null) {
            return restart.substring(0, restart.indexOf(' '));
        }
        String name = errors.exact(number);
        return name == null ? "" : name;
    }

    /** What a call returned to whoever traces it, if that is an order to make it again. */
    Optional<String> restart(int number) {
        return Optional.ofNullable(RESTARTS.get(number));
    }
}
