package dev.retrovisor.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns for people. Where they are wider than the screen, the widest columns of text get narrower and their
 * cells take several lines; nothing is cut off.
 */
public final class RowTable {
    private static final int GAP = 2;
    private static final int LEAST_WIDTH = 12;
    private static final String WORD_ENDS = " ,;:/|+=-";

    /** The width of a screen that is none. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private final List<RowShape.Part> parts;
    private final List<List<List<String>>> rows = new ArrayList<>();
    private final int[] widths;
    private final int[] contents;

    public RowTable(RowShape shape) {
        parts = shape.parts();
        widths = new int[parts.size()];
        contents = new int[widths.length];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = parts.get(i).heading().length();
        }
    }

    public void add(Record row) {
        var cells = new ArrayList<List<String>>();
        for (int i = 0; i < widths.length; i++) {
            RowShape.Part part = parts.get(i);
            List<String> pieces = CellText.pieces(part.of(row), part.style());
            cells.add(pieces);
            contents[i] = Math.max(contents[i], GuestText.width(String.join(" ", pieces)));
            widths[i] = Math.max(widths[i], contents[i]);
        }
        rows.add(cells);
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Makes the columns fit; before {@link #heading} and {@link #lines}. */
    public RowTable fitTo(int width) {
        narrow(width);
        return this;
    }

    /** The headings, in one line or several. */
    public List<String> heading() {
        var lines = new ArrayList<String>();
        layOut(parts.stream().map(part -> List.of(part.heading().split(" "))).toList(), lines);
        return lines;
    }

    /** The rows. */
    public List<String> lines() {
        var lines = new ArrayList<String>();
        rows.forEach(row -> layOut(row, lines));
        return lines;
    }

    /** Lets headings take several lines, then takes from the widest columns of text, until all fits. */
    private void narrow(int width) {
        long excess = -(long) width - GAP;
        for (int each : widths) {
            excess += each + GAP;
        }
        excess -= takeFrom(excess, true);
        takeFrom(excess, false);
    }

    /** @param headings whether only what headings take may be taken, else of text as well */
    private long takeFrom(long excess, boolean headings) {
        long taken = 0;
        while (taken < excess) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (widths[i] > least(i, headings) && (widest < 0 || widths[i] >= widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                break;
            }
            widths[widest]--;
            taken++;
        }
        return taken;
    }

    private int least(int column, boolean headings) {
        int word = 0;
        for (String each : parts.get(column).heading().split(" ")) {
            word = Math.max(word, each.length());
        }
        boolean keepsContent = headings || parts.get(column).isNumber();
        return Math.max(word, keepsContent ? contents[column] : Math.min(LEAST_WIDTH, contents[column]));
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

    /** Pieces in lines of a width: broken between pieces, else behind what ends a word, else anywhere. */
    private static List<String> wrapped(List<String> pieces, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String piece : pieces) {
            int room = width - GuestText.width(line.toString());
            if (!line.isEmpty() && 1 + GuestText.width(piece) > room) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(piece);
            while (GuestText.width(line.toString()) > width) {
                int end = breakAt(line, width);
                lines.add(line.substring(0, end).stripTrailing());
                line.delete(0, end);
            }
        }
        lines.add(line.toString());
        return lines;
    }

    /** How many characters fit; fewer where a word ends not far before. */
    private static int breakAt(StringBuilder line, int width) {
        int end = 0;
        int used = 0;
        int word = 0;
        while (end < line.length()) {
            int c = line.codePointAt(end);
            used += GuestText.width(c);
            if (used > width && end > 0) {
                break;
            }
            end += Character.charCount(c);
            if (WORD_ENDS.indexOf(c) >= 0) {
                word = end;
            }
        }
        return word > end / 2 ? word : end;
    }
}
