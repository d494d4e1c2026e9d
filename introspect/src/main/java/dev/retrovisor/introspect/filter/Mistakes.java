package dev.retrovisor.introspect.filter;

import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.List;

/** What is wrong with a filter, in words. */
final class Mistakes {
    private Mistakes() {}

    static SyntaxException at(String filter, int position, String message) {
        return at(filter, position, message, "", List.of());
    }

    /** @param candidates what could stand in the place of the word */
    static SyntaxException at(String filter, int position, String message, String word, List<String> candidates) {
        return new SyntaxException(
                filter, position, "filter, character %d: %s".formatted(position + 1, message), word, candidates);
    }
}
