package dev.retrovisor.cli.prompt;

import com.google.gson.JsonObject;
import dev.retrovisor.cli.GuestText;
import dev.retrovisor.cli.RowJson;
import dev.retrovisor.cli.RowShape;
import dev.retrovisor.cli.RowTable;
import dev.retrovisor.cli.Screen;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** Answers on the screen: tables and lines for people, an object a line for programs. */
final class Output {
    static final int SCHEMA_VERSION = 1;

    private final Screen screen;
    private final boolean isJson;
    private final boolean isQuiet;
    private final IntSupplier columns;
    private final Consumer<List<String>> pages;
    private final RowJson json;

    /**
     * @param columns width of a line now
     * @param pages shows lines that are ready to be printed
     */
    Output(Screen screen, boolean isJson, boolean isQuiet, IntSupplier columns, Consumer<List<String>> pages) {
        this.screen = screen;
        this.isJson = isJson;
        this.isQuiet = isQuiet;
        this.columns = columns;
        this.pages = pages;
        json = new RowJson(screen.out());
    }

    /** For answers that nobody reads as they come. */
    static Output plain(PromptSetup setup) {
        Screen screen = setup.screen();
        int columns = screen.outputIsTerminal() ? screen.columns() : RowTable.UNLIMITED;
        return new Output(
                screen, setup.isJson(), setup.isQuiet(), () -> columns, lines -> lines.forEach(screen.out()::println));
    }

    boolean isJson() {
        return isJson;
    }

    boolean showsProgress() {
        return !isQuiet && screen.errorIsTerminal();
    }

    /** Something beside the answers. */
    void note(String what) {
        if (!isQuiet) {
            screen.out().flush();
            screen.err().println(GuestText.printable(what));
        }
    }

    /** The answer to a command line, where the machine stands then. */
    void answer(String line, Position position, Reply reply) {
        if (isJson) {
            JsonObject document = document(line, position, 0);
            switch (reply) {
                case Reply.Done _, Reply.Quit _, Reply.Told _ -> {}
                case Reply.Rows<?> rows -> document.add("rows", RowJson.rows(rows.rows()));
                case Reply.Selected rows -> document.add("rows", RowJson.rows(rows.rows()));
                case Reply.Facts facts -> document.add("facts", RowJson.of(facts.facts()));
            }
            screen.out().println(json.line(document));
            screen.out().flush();
            return;
        }
        List<String> lines = lines(reply);
        if (!lines.isEmpty()) {
            pages.accept(lines);
            screen.out().flush();
        }
    }

    /** A command failed, or a person stopped it. */
    void failure(String line, Position position, String message, List<String> more, int exitCode) {
        screen.out().flush();
        if (isJson) {
            JsonObject document = document(line, position, exitCode);
            document.addProperty("error", message);
            screen.out().println(json.line(document));
            screen.out().flush();
        }
        screen.err().println(screen.errorMark("error:") + " " + GuestText.printable(message));
        more.forEach(each -> screen.err().println(GuestText.printable(each)));
        screen.err().flush();
    }

    private static JsonObject document(String line, Position position, int exitCode) {
        var document = new JsonObject();
        document.addProperty("schema", "retrovisor.repl");
        document.addProperty("schemaVersion", SCHEMA_VERSION);
        document.addProperty("command", line);
        document.addProperty("exitCode", exitCode);
        var at = new JsonObject();
        at.addProperty("step", position.step());
        at.addProperty("virtualNanos", position.virtualNanos());
        document.add("position", at);
        return document;
    }

    private List<String> lines(Reply reply) {
        return switch (reply) {
            case Reply.Done _, Reply.Quit _, Reply.Told _ -> List.of();
            case Reply.Facts facts ->
                facts.lines().stream().map(GuestText::printable).toList();
            case Reply.Rows<?> rows -> table(RowShape.of(rows.type()), rows.rows(), rows.nothing());
            case Reply.Selected rows ->
                table(RowShape.of(rows.type()).only(rows.columns()), rows.rows(), rows.nothing());
        };
    }

    private List<String> table(RowShape shape, List<? extends Record> rows, String nothing) {
        if (rows.isEmpty()) {
            return List.of(nothing);
        }
        var table = new RowTable(shape);
        rows.forEach(table::add);
        table.fitTo(columns.getAsInt());
        var lines = new ArrayList<String>();
        table.heading().forEach(line -> lines.add(screen.bold(line)));
        lines.addAll(table.lines());
        return lines;
    }
}
