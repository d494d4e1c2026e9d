package dev.retrovisor.traces;

import java.util.Arrays;

/** Names of stored pages, each with a number; open addressing. */
final class NameTable {
    static final long NONE = -1;

    private static final int INITIAL_SLOTS = 1 << 12;

    private long[] names = new long[INITIAL_SLOTS];
    private long[] numbers = new long[INITIAL_SLOTS];
    private int count;

    /** The number of a name, or {@link #NONE}. */
    long get(long name) {
        int slot = slot(names, name);
        return names[slot] == name ? numbers[slot] : NONE;
    }

    void put(long name, long number) {
        if (count >= names.length / 2) {
            grow();
        }
        int slot = slot(names, name);
        if (names[slot] != name) {
            names[slot] = name;
            count++;
        }
        numbers[slot] = number;
    }

    /** The names, ascending. */
    long[] sortedNames() {
        return Arrays.stream(names).filter(PageName::isRecord).sorted().toArray();
    }

    private static int slot(long[] names, long name) {
        int slot = (int) (name * 0x9E3779B97F4A7C15L >>> 32) & names.length - 1;
        while (names[slot] != 0 && names[slot] != name) {
            slot = slot + 1 & names.length - 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldNames = names;
        long[] oldNumbers = numbers;
        names = new long[oldNames.length * 2];
        numbers = new long[names.length];
        for (int i = 0; i < oldNames.length; i++) {
            if (oldNames[i] != 0) {
                int slot = slot(names, oldNames[i]);
                names[slot] = oldNames[i];
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
