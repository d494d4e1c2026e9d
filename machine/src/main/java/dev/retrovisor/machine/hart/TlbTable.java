package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.hart.Tlb.ADDEND;
import static dev.retrovisor.machine.hart.Tlb.ENTRIES;
import static dev.retrovisor.machine.hart.Tlb.ENTRY_BYTES;
import static dev.retrovisor.machine.hart.Tlb.FETCH_TAG;
import static dev.retrovisor.machine.hart.Tlb.INVALID;
import static dev.retrovisor.machine.hart.Tlb.READ_TAG;
import static dev.retrovisor.machine.hart.Tlb.WRITE_TAG;

import dev.retrovisor.machine.memory.OffHeap;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** One table of a {@link Tlb}, off-heap; knows which entries were filled, so that forgetting costs what is there. */
final class TlbTable {
    private final long address;

    /** A bit for each entry that was filled since the last flush. */
    private final long[] filled = new long[ENTRIES / Long.SIZE];

    /** A bit for each long of {@link #filled} that is not zero. */
    private final long[] filledWords = new long[ENTRIES / Long.SIZE / Long.SIZE];

    /**
     * A table that knows nothing.
     *
     * @param address zeros: invalid in all entries but the first, where page 0 is looked up, and the last, where it is by
     *     an access that begins in the last page of all and crosses into page 0
     */
    TlbTable(long address) {
        this.address = address;
        forget(0);
        forget(ENTRIES - 1);
    }

    /** Number of the entry in which a page is looked up. */
    static int index(long virtualAddress) {
        return (int) (virtualAddress >>> 12) & ENTRIES - 1;
    }

    /** Offset in a table of the entry in which a page is looked up. */
    static long offset(long virtualAddress) {
        return virtualAddress >>> Tlb.INDEX_SHIFT & (ENTRIES - 1L) * ENTRY_BYTES;
    }

    private long entry(int index) {
        return address + (long) index * ENTRY_BYTES;
    }

    /** Makes {@code tagOffset} of the page's entry valid; the other tags stay if they belong to the same page. */
    void fill(long virtualPage, long hostPage, int tagOffset) {
        int index = index(virtualPage);
        long entry = entry(index);
        long addend = hostPage - virtualPage;
        boolean sameAddend = OffHeap.getLong(entry + ADDEND) == addend;
        for (int tag = READ_TAG; tag <= FETCH_TAG; tag += Long.BYTES) {
            if (!sameAddend || OffHeap.getLong(entry + tag) != virtualPage) {
                OffHeap.putLong(entry + tag, INVALID);
            }
        }
        OffHeap.putLong(entry + ADDEND, addend);
        OffHeap.putLong(entry + tagOffset, virtualPage);
        filled[index >>> 6] |= 1L << index;
        filledWords[index >>> 12] |= 1L << (index >>> 6);
    }

    /** Takes over the entries of pages at negative addresses. */
    void copyUpperHalf(TlbTable other) {
        other.forEachFilled(index -> {
            for (int tag = READ_TAG; tag <= FETCH_TAG; tag += Long.BYTES) {
                long virtualPage = OffHeap.getLong(other.entry(index) + tag);
                if (virtualPage < 0 && virtualPage != INVALID) {
                    fill(virtualPage, virtualPage + OffHeap.getLong(other.entry(index) + ADDEND), tag);
                }
            }
        });
    }

    /** Forgets every translation of one page of 4 KiB. */
    void flushPage(long virtualPage) {
        long entry = entry(index(virtualPage));
        for (int tag = READ_TAG; tag <= FETCH_TAG; tag += Long.BYTES) {
            if (OffHeap.getLong(entry + tag) == virtualPage) {
                OffHeap.putLong(entry + tag, INVALID);
            }
        }
    }

    private void forget(int index) {
        long entry = entry(index);
        OffHeap.putLong(entry + READ_TAG, INVALID);
        OffHeap.putLong(entry + WRITE_TAG, INVALID);
        OffHeap.putLong(entry + FETCH_TAG, INVALID);
    }

    void flush() {
        forEachFilled(this::forget);
        Arrays.fill(filled, 0);
        Arrays.fill(filledWords, 0);
    }

    private void forEachFilled(IntConsumer action) {
        for (int group = 0; group < filledWords.length; group++) {
            for (long words = filledWords[group]; words != 0; words &= words - 1) {
                int word = group * Long.SIZE + Long.numberOfTrailingZeros(words);
                for (long bits = filled[word]; bits != 0; bits &= bits - 1) {
                    action.accept(word * Long.SIZE + Long.numberOfTrailingZeros(bits));
                }
            }
        }
    }

    /** Takes away the write tags of one host page. */
    void forbidWrites(long hostPage) {
        forEachFilled(index -> forbidWrites(hostPage, index));
    }

    /** Takes away the write tag of one host page in one entry. */
    void forbidWrites(long hostPage, int index) {
        long entry = entry(index);
        long tag = OffHeap.getLong(entry + WRITE_TAG);
        if (tag != INVALID && tag + OffHeap.getLong(entry + ADDEND) == hostPage) {
            OffHeap.putLong(entry + WRITE_TAG, INVALID);
        }
    }

    /** Takes away all write tags. */
    void forbidAllWrites() {
        forEachFilled(index -> OffHeap.putLong(entry(index) + WRITE_TAG, INVALID));
    }
}
