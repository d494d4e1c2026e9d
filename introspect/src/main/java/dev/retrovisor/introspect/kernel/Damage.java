package dev.retrovisor.introspect.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What walks found broken: torn, cyclic, wild, or forged. A few lines of each kind are kept, all are counted. */
public final class Damage {
    private static final int MOST_NOTES = 100;
    private static final int MOST_OF_ONE = 5;

    private final List<String> notes = new ArrayList<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private long total;

    /**
     * Notes something broken.
     *
     * @param where which walk, such as {@code tasks}
     * @param what what was found, with the address
     */
    public void note(String where, String what) {
        total++;
        if (counts.merge(where, 1, Integer::sum) <= MOST_OF_ONE && notes.size() < MOST_NOTES) {
            notes.add(where + ": " + what);
        }
    }

    public boolean isNone() {
        return total == 0;
    }

    public long total() {
        return total;
    }

    /** The first notes of each walk. */
    public List<String> notes() {
        return List.copyOf(notes);
    }
}
