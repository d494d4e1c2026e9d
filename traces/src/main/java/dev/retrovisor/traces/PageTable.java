package dev.retrovisor.traces;

/** Hash to offset, open addressing; one hash may stand several times. Offset 0 marks a free slot. */
final class PageTable {
    private static final int INITIAL_SLOTS = 1 << 12;

    private long[] hashes = new long[INITIAL_SLOTS];
    private long[] offsets = new long[INITIAL_SLOTS];
    private int count;

    int firstSlot(long hash) {
        return (int) (hash ^ hash >>> 32) & hashes.length - 1;
    }

    int nextSlot(int slot) {
        return slot + 1 & hashes.length - 1;
    }

    long hashAt(int slot) {
        return hashes[slot];
    }

    /** 0 if the slot is free: the search for a hash ends there. */
    long offsetAt(int slot) {
        return offsets[slot];
    }

    void add(long hash, long offset) {
        if (count >= hashes.length / 2) {
            grow();
        }
        insert(hash, offset);
        count++;
    }

    private void insert(long hash, long offset) {
        int slot = firstSlot(hash);
        while (offsets[slot] != 0) {
            slot = nextSlot(slot);
        }
        hashes[slot] = hash;
        offsets[slot] = offset;
    }

    private void grow() {
        long[] oldHashes = hashes;
        long[] oldOffsets = offsets;
        hashes = new long[oldHashes.length * 2];
        offsets = new long[oldHashes.length * 2];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldOffsets[i] != 0) {
                insert(oldHashes[i], oldOffsets[i]);
            }
        }
    }
}
