package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.syscall.Signature.Condition;
import dev.retrovisor.introspect.syscall.Signature.Outcome;
import dev.retrovisor.introspect.syscall.Signature.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How system calls are written: what {@code syscalls.txt} says, by name. */
final class SyscallTable {
    static final int REGISTERS = 6;

    private static final Pattern PARAMETER =
            Pattern.compile("(?<name>\\w+)(?:@(?<register>\\d))?(?<label>!)?(?:=(?<values>[\\w,]+))?:(?<kind>\\S+)");

    private final Uapi uapi;
    private final Kinds kinds;
    private final Map<String, List<Signature>> byName = new LinkedHashMap<>();

    SyscallTable(Uapi uapi) {
        this.uapi = uapi;
        kinds = new Kinds(uapi);
        for (String line : Uapi.lines("syscalls.txt")) {
            Signature signature = parse(line);
            byName.computeIfAbsent(signature.name(), _ -> new ArrayList<>()).add(signature);
        }
    }

    Uapi uapi() {
        return uapi;
    }

    Kinds kinds() {
        return kinds;
    }

    /** The ways in which a call may be written, the first that fits counts; none if the table doesn't know it. */
    List<Signature> named(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** The names of all calls that the table knows. */
    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    private Signature parse(String line) {
        try {
            String[] sides = line.split(" = ");
            List<String> words = Arrays.asList(sides[0].split(" "));
            List<String> parameterWords = words.subList(1, words.size());
            List<String> names = namesByRegister(parameterWords);
            List<Parameter> parameters = new ArrayList<>();
            for (String word : parameterWords) {
                parameters.add(parameter(word, parameters.size(), names));
            }
            return new Signature(words.getFirst(), List.copyOf(parameters), outcome(sides.length < 2 ? "" : sides[1]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("syscalls.txt: %s: %s".formatted(line, e.getMessage()), e);
        }
    }

    private static List<String> namesByRegister(List<String> words) {
        String[] names = new String[REGISTERS];
        Arrays.fill(names, "");
        for (int i = 0; i < words.size(); i++) {
            Matcher parts = parts(words.get(i));
            names[register(parts, i)] = parts.group("name");
        }
        return List.of(names);
    }

    private static Matcher parts(String word) {
        Matcher parts = PARAMETER.matcher(word);
        if (!parts.matches()) {
            throw new IllegalArgumentException(word + " is no parameter");
        }
        return parts;
    }

    private static int register(Matcher parts, int position) {
        return parts.group("register") == null ? position : Integer.parseInt(parts.group("register"));
    }

    private Parameter parameter(String word, int position, List<String> names) {
        Matcher parts = parts(word);
        String kind = parts.group("kind");
        Condition condition = parts.group("values") == null ? Condition.NONE : condition(kind, parts.group("values"));
        return new Parameter(
                parts.group("name"),
                register(parts, position),
                parts.group("label") != null,
                kinds.parse(kind, names),
                condition);
    }

    private Condition condition(String kind, String values) {
        NameSet names = kinds.namesOf(kind);
        long[] wanted = Arrays.stream(values.split(","))
                .mapToLong(value -> names.valueOf(value)
                        .orElseThrow(() -> new IllegalArgumentException(names.name() + " has no " + value)))
                .toArray();
        return new Condition(names, wanted);
    }

    private Outcome outcome(String word) {
        return switch (word) {
            case "" -> new Outcome.Number();
            case "hex" -> new Outcome.Hex();
            case "octal" -> new Outcome.Octal();
            case "fd" -> new Outcome.Descriptor();
            case "never" -> new Outcome.Never();
            default -> {
                int colon = word.indexOf(':') + 1;
                Kind kind = kinds.parse(word.substring(colon), List.of());
                yield word.startsWith("flags:") ? new Outcome.Flags(kind) : new Outcome.Name(kind);
            }
        };
    }
}
