package dev.retrovisor.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns for people. Where they are wider than the screen, the widest columns of text get narrower and their
 * cells take several lines; nothing is cut off.
 */
final class RowTable {
    private static final int GAP = 2;
    private static final int LEAST_WIDTH = 8;

    /** The width of a screen that is none. */
    static final int UNLIMITED = Integer.MAX_VALUE;

    private final List<RowShape.Part> parts;
    private final List<List<List<String>>> rows = new ArrayList<>();
    private final int[] widths;

    RowTable(RowShape shape) {
        parts = shape.parts();
        widths = new int[parts.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = parts.get(i).heading().length();
        }
    }

    void add(Record row) {
        var cells = new ArrayList<List<String>>();
        for (int i = 0; i < widths.length; i++) {
            RowShape.Part part = parts.get(i);
            List<String> pieces = CellText.pieces(part.of(row), part.style());
            cells.add(pieces);
            widths[i] = Math.max(widths[i], GuestText.width(String.join(" ", pieces)));
        }
        rows.add(cells);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The heading, then the rows. */
    List<String> lines(int width) {
        narrow(width);
        var lines = new ArrayList<String>();
        var headings = new ArrayList<List<String>>();
        parts.forEach(part -> headings.add(List.of(part.heading())));
        layOut(headings, lines);
        rows.forEach(row -> layOut(row, lines));
        return lines;
    }

    /** Takes from the widest columns of text until all fits. */
    private void narrow(int width) {
        long excess = -(long) width;
        for (int each : widths) {
            excess += each + GAP;
        }
        excess -= GAP;
        while (excess > 0) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                int least = Math.max(LEAST_WIDTH, parts.get(i).heading().length());
                if (!parts.get(i).isNumber() && widths[i] > least && (widest < 0 || widths[i] >= widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
            excess--;
        }
    }

    private void layOut(List<List<String>> cells, List<String> into) {
        var columns = new ArrayList<List<String>>();
        int height = 1;
        for (int i = 0; i < widths.length; i++) {
            List<String> lines = wrapped(cells.get(i), widths[i]);
            columns.add(lines);
            height = Math.max(height, lines.size());
        }
        for (int y = 0; y < height; y++) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                List<String> column = columns.get(i);
                String text = y < column.size() ? column.get(y) : "";
                String padding = " ".repeat(Math.max(0, widths[i] - GuestText.width(text)));
                line.append(parts.get(i).isNumber() ? padding + text : text + padding)
                        .repeat(" ", GAP);
            }
            into.add(line.toString().stripTrailing());
        }
    }

    private static List<String> wrapped(List<String> pieces, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        int used = 0;
        for (String piece : pieces) {
            int needed = GuestText.width(piece);
            if (used > 0 && used + 1 + needed > width) {
                lines.add(line.toString());
                line.setLength(0);
                used = 0;
            }
            if (used > 0) {
                line.append(' ');
                used++;
            }
            for (int i = 0; i < piece.length(); ) {
                int c = piece.codePointAt(i);
                int places = GuestText.width(c);
                if (used > 0 && used + places > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                    used = 0;
                }
                line.appendCodePoint(c);
                used += places;
                i += Character.charCount(c);
            }
        }
        lines.add(line.toString());
        return lines;
    }
}
