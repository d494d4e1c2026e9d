package dev.retrovisor.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.List;

/** Prints what inspections found, as they find it; JSON at the end. */
final class AnswerPrinter {
    static final int SCHEMA_VERSION = 1;

    private final Sheet sheet;
    private final RowFormat format;
    private final boolean several;
    private final RowJson json;
    private final JsonArray answers = new JsonArray();
    private Position headed;
    private boolean hasHeading;

    /** @param several whether more than one inspection is asked */
    AnswerPrinter(Sheet sheet, RowFormat format, boolean several) {
        this.sheet = sheet;
        this.format = format;
        this.several = several;
        json = new RowJson(sheet.to());
    }

    void print(Answer answer) {
        switch (format) {
            case TABLE -> table(answer);
            case JSON -> answers.add(document(answer));
            case JSONL -> lines(answer);
            case CSV -> csv(answer);
        }
        sheet.to().flush();
    }

    private void table(Answer answer) {
        if (!answer.position().equals(headed)) {
            if (headed != null) {
                sheet.to().println();
            }
            headed = answer.position();
            sheet.to()
                    .println(sheet.dim("Linux %s at %s"
                            .formatted(GuestText.shown(answer.kernelRelease()), Positions.words(answer.position()))));
        }
        sheet.to().println();
        if (several) {
            Inspection<?> inspection = answer.inspection();
            sheet.to().println(sheet.bold(inspection.name()) + ": " + inspection.summary());
        }
        var table = new RowTable(RowShape.of(answer.inspection().rowType()));
        answer.rows().forEach(table::add);
        if (table.isEmpty()) {
            sheet.to().println("(nothing)");
            return;
        }
        sheet.print(table);
    }

    private static JsonObject document(Answer answer) {
        var document = new JsonObject();
        document.addProperty("inspection", answer.inspection().name());
        var position = new JsonObject();
        position.addProperty("step", answer.position().step());
        position.addProperty("virtualNanos", answer.position().virtualNanos());
        document.add("position", position);
        var kernel = new JsonObject();
        kernel.addProperty("release", answer.kernelRelease());
        kernel.addProperty("banner", answer.kernelBanner());
        document.add("kernel", kernel);
        document.add("damage", RowJson.of(answer.damage()));
        document.add("rows", RowJson.rows(answer.rows()));
        return document;
    }

    private void lines(Answer answer) {
        for (Record row : answer.rows()) {
            var line = new JsonObject();
            line.addProperty("inspection", answer.inspection().name());
            line.addProperty("atStep", answer.position().step());
            RowJson.of(row).entrySet().forEach(field -> line.add(field.getKey(), field.getValue()));
            sheet.to().println(json.line(line));
        }
    }

    private void csv(Answer answer) {
        RowShape shape = RowShape.of(answer.inspection().rowType());
        if (!hasHeading) {
            hasHeading = true;
            var names = new ArrayList<>(List.of("atStep"));
            names.addAll(RowCsv.names(shape));
            sheet.to().print(RowCsv.heading(names));
        }
        for (Record row : answer.rows()) {
            var cells = new ArrayList<>(List.of(Long.toString(answer.position().step())));
            cells.addAll(RowCsv.cells(row, json));
            sheet.to().print(RowCsv.line(cells));
        }
    }

    /** Nothing more comes. */
    void end(String trace) {
        if (format == RowFormat.JSON) {
            var document = new JsonObject();
            document.addProperty("schema", "retrovisor.inspect");
            document.addProperty("schemaVersion", SCHEMA_VERSION);
            document.addProperty("trace", trace);
            document.add("answers", answers);
            sheet.to().println(json.document(document));
        }
    }
}
