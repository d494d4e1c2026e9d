package dev.retrovisor.cli.prompt;

import java.util.List;

/** What a command answers: for people lines or a table, for programs the same facts as JSON. */
sealed interface Reply {
    /** It is done, and there is nothing to say. */
    Reply DONE = new Done();

    /** The prompt is to be left. */
    Reply QUIT = new Quit();

    record Done() implements Reply {}

    record Quit() implements Reply {}

    /** Already printed while the command ran. */
    record Told() implements Reply {}

    /**
     * Rows of one kind.
     *
     * @param nothing what people read where there are none
     */
    record Rows<R extends Record>(Class<R> type, List<R> rows, String nothing) implements Reply {}

    /** The same of which people see some columns only. */
    record Selected(Class<? extends Record> type, List<? extends Record> rows, List<String> columns, String nothing)
            implements Reply {}

    /**
     * Facts that are no table.
     *
     * @param lines for people; guest text in it need not be harmless yet
     * @param facts for programs
     */
    record Facts(List<String> lines, Record facts) implements Reply {
        Facts(String line, Record facts) {
            this(List.of(line), facts);
        }
    }

    static <R extends Record> Reply rows(Class<R> type, List<R> rows, String nothing) {
        return new Rows<>(type, rows, nothing);
    }
}
