package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.state.PageSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Contents of pages kept in memory, under names from -2 downwards: a name is used again only after {@link #keepOnly} has
 * dropped it.
 */
final class MemoryPages implements AutoCloseable {
    private static final int PAGE_BYTES = PageSpace.PAGE_BYTES;
    private static final int SLAB_PAGES = 4096;
    private static final long FIRST_NAME = -2;

    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> slabs = new ArrayList<>();
    private final BitSet used = new BitSet();
    private final int capacity;
    private int count;
    private int next;

    /** @param capacityBytes at most; taken from the host as it is needed */
    MemoryPages(long capacityBytes) {
        capacity = (int) Math.min(capacityBytes / PAGE_BYTES, Integer.MAX_VALUE / 2);
    }

    static boolean isOurs(long name) {
        return name <= FIRST_NAME;
    }

    /** Pages that there is room for. */
    int room() {
        return capacity - count;
    }

    /** Keeps a copy of a page; there must be room. */
    long put(byte[] page) {
        int slot = used.nextClearBit(next);
        used.set(slot);
        next = slot + 1;
        count++;
        if (slot / SLAB_PAGES == slabs.size()) {
            slabs.add(arena.allocate((long) SLAB_PAGES * PAGE_BYTES));
        }
        MemorySegment.copy(page, 0, slabs.get(slot / SLAB_PAGES), ValueLayout.JAVA_BYTE, offset(slot), PAGE_BYTES);
        return FIRST_NAME - slot;
    }

    void get(long name, byte[] target) {
        int slot = slot(name);
        MemorySegment.copy(slabs.get(slot / SLAB_PAGES), ValueLayout.JAVA_BYTE, offset(slot), target, 0, PAGE_BYTES);
    }

    /** Drops every page that is not marked. */
    void keepOnly(Marks marks) {
        used.and(marks.slots);
        count = used.cardinality();
        next = 0;
    }

    /** Names that are to be kept. */
    static final class Marks {
        private final BitSet slots = new BitSet();

        /** Marks a name, if it is one of these. */
        void add(long name) {
            if (isOurs(name)) {
                slots.set(slot(name));
            }
        }
    }

    private static int slot(long name) {
        return (int) (FIRST_NAME - name);
    }

    private static long offset(int slot) {
        return (long) (slot % SLAB_PAGES) * PAGE_BYTES;
    }

    /** Whether a page is all zeros. */
    static boolean isZero(byte[] page) {
        return Arrays.mismatch(page, ZEROS) < 0;
    }

    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    @Override
    public void close() {
        arena.close();
    }
}
