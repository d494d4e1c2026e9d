package dev.retrovisor.cli.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What may follow a command's name: parameters in their order, and options anywhere. Immutable. */
final class Syntax {
    /** What a word stands for, which decides how it is completed and how much of the line it takes. */
    enum Kind {
        POSITION,
        NUMBER,
        /** An expression that gives an address; one word, in which blanks stand within brackets only. */
        ADDRESS,
        /** An expression; takes all up to the next option. */
        EXPRESSION,
        PROCESS,
        INSPECTION,
        STREAM,
        COMMAND,
        BOOKMARK,
        STOP_NUMBER,
        VARIABLE,
        FILE,
        WORD,
        /** Takes all up to the next option. */
        TEXT,
        /** A handed-on command line: takes all. */
        REST;

        boolean isLong() {
            return this == EXPRESSION || this == TEXT || this == REST;
        }
    }

    /**
     * A parameter.
     *
     * @param words what it may be, if that is a choice
     */
    record Parameter(String name, Kind kind, boolean isNeeded, boolean mayRepeat, List<String> words) {
        String usage() {
            String shown = words.isEmpty() ? name : String.join("|", words);
            String all = mayRepeat ? shown + "..." : shown;
            return isNeeded ? all : "[" + all + "]";
        }
    }

    /**
     * An option: a word with a value behind it, or a word alone.
     *
     * @param value its value's name; empty for a word alone
     */
    record Option(String name, String value, Kind kind, List<String> words) {
        boolean isFlag() {
            return value.isEmpty();
        }

        String usage() {
            return "[" + (isFlag() ? name : name + " " + (words.isEmpty() ? value : String.join("|", words))) + "]";
        }
    }

    static final Syntax NOTHING = new Syntax(List.of(), List.of());

    private final List<Parameter> parameters;
    private final List<Option> options;

    private Syntax(List<Parameter> parameters, List<Option> options) {
        this.parameters = List.copyOf(parameters);
        this.options = List.copyOf(options);
    }

    static Syntax of() {
        return NOTHING;
    }

    Syntax needs(String name, Kind kind) {
        return with(new Parameter(name, kind, true, false, List.of()));
    }

    Syntax takes(String name, Kind kind) {
        return with(new Parameter(name, kind, false, false, List.of()));
    }

    Syntax needsSeveral(String name, Kind kind) {
        return with(new Parameter(name, kind, true, true, List.of()));
    }

    Syntax takesSeveral(String name, Kind kind) {
        return with(new Parameter(name, kind, false, true, List.of()));
    }

    /** A parameter that is one of some words. */
    Syntax needsOneOf(String name, String... words) {
        return with(new Parameter(name, Kind.WORD, true, false, List.of(words)));
    }

    Syntax takesOneOf(String name, String... words) {
        return with(new Parameter(name, Kind.WORD, false, false, List.of(words)));
    }

    private Syntax with(Parameter parameter) {
        var more = new ArrayList<>(parameters);
        more.add(parameter);
        return new Syntax(more, options);
    }

    Syntax option(String name, String value, Kind kind) {
        return with(new Option(name, value, kind, List.of()));
    }

    Syntax optionOf(String name, String value, String... words) {
        return with(new Option(name, value, Kind.WORD, List.of(words)));
    }

    Syntax flag(String name) {
        return with(new Option(name, "", Kind.WORD, List.of()));
    }

    private Syntax with(Option option) {
        var more = new ArrayList<>(options);
        more.add(option);
        return new Syntax(parameters, more);
    }

    List<Parameter> parameters() {
        return parameters;
    }

    List<Option> options() {
        return options;
    }

    Optional<Option> option(String name) {
        return options.stream().filter(option -> option.name().equals(name)).findFirst();
    }

    String usage() {
        var words = new ArrayList<String>();
        parameters.forEach(parameter -> words.add(parameter.usage()));
        options.forEach(option -> words.add(option.usage()));
        return String.join(" ", words);
    }
}
