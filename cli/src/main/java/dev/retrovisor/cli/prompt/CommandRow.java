package dev.retrovisor.cli.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command is called and what may follow.
 *
 * @param aliases other names, short ones mostly
 * @param summary one line, without a full stop
 * @param examples command lines with what they do
 */
record CommandRow(
        String name, List<String> aliases, Group group, String summary, Syntax syntax, List<Example> examples) {
    /** Where a command stands in the list. */
    enum Group {
        MOVING("Moving in time"),
        STOPPING("Stopping"),
        LOOKING("Looking"),
        LINUX("The guest's Linux"),
        KEEPING("Keeping and handing on"),
        PROMPT("The prompt");

        private final String heading;

        Group(String heading) {
            this.heading = heading;
        }

        String heading() {
            return heading;
        }
    }

    /** A command line, and what it does. */
    record Example(String line, String what) {}

    static CommandRow of(String name, Group group, String summary, Syntax syntax) {
        return new CommandRow(name, List.of(), group, summary, syntax, List.of());
    }

    CommandRow alias(String... names) {
        return new CommandRow(name, List.of(names), group, summary, syntax, examples);
    }

    CommandRow example(String line, String what) {
        var more = new ArrayList<>(examples);
        more.add(new Example(line, what));
        return new CommandRow(name, aliases, group, summary, syntax, List.copyOf(more));
    }

    /** All that it answers to. */
    Stream<String> names() {
        return Stream.concat(Stream.of(name), aliases.stream());
    }

    /** {@code break ADDRESS [process PROCESS] [if CONDITION]}. */
    String usage() {
        String rest = syntax.usage();
        return rest.isEmpty() ? name : name + " " + rest;
    }
}
