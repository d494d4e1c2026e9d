package dev.retrovisor.cli.prompt;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Takes a line that is being typed apart into the words that {@link LineWord} has, for completion. */
final class WordParser implements Parser {
    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        var words = new ArrayList<String>();
        int index = -1;
        int inWord = 0;
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            int end = LineWord.end(line, at, false);
            if (cursor >= at && cursor <= end) {
                index = words.size();
                inWord = cursor - at;
            }
            words.add(line.substring(at, end));
            at = end;
        }
        if (index < 0) {
            index = (int) LineWord.split(line.substring(0, Math.min(cursor, line.length()))).stream()
                    .count();
            words.add(Math.min(index, words.size()), "");
        }
        return new Words(List.copyOf(words), index, inWord, line, cursor);
    }

    private record Words(List<String> words, int wordIndex, int wordCursor, String line, int cursor)
            implements ParsedLine {
        @Override
        public String word() {
            return words.get(wordIndex);
        }
    }
}
