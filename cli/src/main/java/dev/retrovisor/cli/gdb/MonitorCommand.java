package dev.retrovisor.cli.gdb;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A command behind gdb's {@code monitor}.
 *
 * @param name one word or two
 * @param arguments as the help shows them
 */
record MonitorCommand(String name, String arguments, String summary, Action action) {
    /**
     * One call of a command.
     *
     * @param out takes text for the person at gdb
     * @param thread that is looked at
     */
    record Call(Consumer<String> out, long thread, BooleanSupplier isCancelled) {
        /** Says a line. */
        void say(String line) {
            out.accept(line.stripTrailing() + "\n");
        }
    }

    /** Does it; throws {@link GdbError} to say why it can't. */
    @FunctionalInterface
    interface Action {
        /** @param words behind the name */
        void run(Call call, List<String> words);
    }

    int nameWords() {
        return name.split(" ").length;
    }

    boolean isMeantBy(List<String> words) {
        return words.size() >= nameWords()
                && String.join(" ", words.subList(0, nameWords())).equals(name);
    }

    String usage() {
        return arguments.isEmpty() ? name : name + " " + arguments;
    }

    /** The one word that a command needs. */
    static String only(List<String> words, String what) {
        if (words.size() != 1) {
            throw new GdbError("give " + what);
        }
        return words.getFirst();
    }
}
