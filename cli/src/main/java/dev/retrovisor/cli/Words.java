package dev.retrovisor.cli;

import java.util.Iterator;
import java.util.List;

/** Words that a shell offers as an option's value. */
class Words implements Iterable<String> {
    private final List<String> words;

    Words(String... words) {
        this.words = List.of(words);
    }

    @Override
    public Iterator<String> iterator() {
        return words.iterator();
    }
}
