package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads jump labels, the kernel's switches in code. An entry of 16 bytes has three distances, each from its own field: of
 * four bytes to the code and to the target, of eight to the key.
 */
final class JumpTable {
    private static final int ENTRY_BYTES = 16;
    private static final int TARGET_OFFSET = 4;
    private static final int KEY_OFFSET = 8;
    private static final int MOST_ENTRIES = 1 << 20;

    /** In a key's distance: the code is thrown away after the kernel has started. */
    private static final long IN_INIT_TEXT = 2;

    /** In a key's distance: what the switch is at first. */
    private static final long KEY_FLAGS = 3;

    record Entry(long code, long target, long key) {}

    private JumpTable() {}

    static List<Entry> read(AddressSpace space, long start, long count) {
        int entries = Math.clamp(count, 0, MOST_ENTRIES);
        var found = new ArrayList<Entry>(entries);
        for (long at = start; found.size() < entries; at += ENTRY_BYTES) {
            long code = at + space.readInt(at);
            long target = at + TARGET_OFFSET + space.readInt(at + TARGET_OFFSET);
            long key = space.readLong(at + KEY_OFFSET);
            if ((key & IN_INIT_TEXT) == 0) {
                found.add(new Entry(code, target, at + KEY_OFFSET + (key & ~KEY_FLAGS)));
            } else {
                entries--;
            }
        }
        return found;
    }

    /** The same of the kernel itself, by its bounds. */
    static List<Entry> between(AddressSpace space, long start, long stop) {
        return read(space, start, (stop - start) / ENTRY_BYTES);
    }
}
