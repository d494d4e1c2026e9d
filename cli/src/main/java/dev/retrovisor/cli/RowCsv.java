package dev.retrovisor.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows as RFC 4180 has them, with CR and LF at the end of each. Guest text is escaped as in tables; where a spreadsheet
 * would take it for a formula, an apostrophe stands before it. What has several parts is JSON in its cell.
 */
final class RowCsv {
    private static final String END = "\r\n";
    private static final String FORMULA_STARTS = "=+-@";

    private RowCsv() {}

    static String heading(List<String> names) {
        return String.join(",", names) + END;
    }

    /** Names of a row's cells. */
    static List<String> names(RowShape shape) {
        return shape.parts().stream().map(RowShape.Part::name).toList();
    }

    /** A row's cells. */
    static List<String> cells(Record row, RowJson json) {
        var cells = new ArrayList<String>();
        for (RowShape.Part part : RowShape.of(row.getClass()).parts()) {
            cells.add(cell(part, row, json));
        }
        return cells;
    }

    private static String cell(RowShape.Part part, Record row, RowJson json) {
        Object value = CellText.opened(part.of(row));
        if (value instanceof Record || CellText.elements(value) != null) {
            return json.line(RowJson.value(value, part.style()));
        }
        String text = CellText.exact(value, part.style());
        return value instanceof Number ? text : tame(text);
    }

    static String tame(String text) {
        return !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    static String line(List<String> cells) {
        var line = new StringBuilder();
        for (String cell : cells) {
            line.append(line.isEmpty() ? "" : ",").append(quoted(cell));
        }
        return line.append(END).toString();
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == ' ');
        return plain && !cell.isEmpty() ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
    }
}
