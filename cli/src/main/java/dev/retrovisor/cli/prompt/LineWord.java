package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import java.util.ArrayList;
import java.util.List;

/**
 * A word of a command line. Blanks within quotes and brackets do not end one.
 *
 * @param text without the quotes around it, if it is one quoted text
 * @param raw as it was written
 * @param start index of its first character in the line
 */
record LineWord(String text, String raw, int start) {
    int end() {
        return start + raw.length();
    }

    boolean isQuoted() {
        return !text.equals(raw);
    }

    /**
     * The words of a line.
     *
     * @throws UserMistake if a quote has no end
     */
    static List<LineWord> split(String line) {
        var words = new ArrayList<LineWord>();
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            int end = end(line, at, true);
            words.add(word(line.substring(at, end), at));
            at = end;
        }
        return words;
    }

    /** Where the word ends that begins at a place; of one that is not finished, the line's end. */
    static int end(String line, int start, boolean strict) {
        int depth = 0;
        char quote = 0;
        for (int at = start; at < line.length(); at++) {
            char c = line.charAt(at);
            if (quote != 0) {
                if (c == '\\') {
                    at++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
            } else if (Character.isWhitespace(c) && depth <= 0) {
                return at;
            }
        }
        if (quote != 0 && strict) {
            throw new UserMistake("a quote has no end: " + line.substring(start));
        }
        return line.length();
    }

    private static LineWord word(String raw, int start) {
        char first = raw.charAt(0);
        boolean isOneText = raw.length() > 1
                && (first == '"' || first == '\'')
                && raw.charAt(raw.length() - 1) == first
                && raw.indexOf(first, 1) == raw.length() - 1;
        return new LineWord(isOneText ? raw.substring(1, raw.length() - 1) : raw, raw, start);
    }
}
