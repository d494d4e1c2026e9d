package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.memory.OffHeap;

/**
 * Where host code finds the block for an address without leaving: direct-mapped tables off-heap, one for each privilege,
 * by the host address at which the guest's code lies. An entry is 16 bytes: that address, and the block's host code.
 *
 * <p>The key is what a fetch has translated to, so an entry stays right whatever happens to page tables; only a block that
 * is dropped takes its entry along.
 */
public final class JumpCache implements AutoCloseable {
    public static final int ENTRIES = 1 << 16;
    public static final int ENTRY_BYTES = 16;
    public static final int TABLE_BYTES = ENTRIES * ENTRY_BYTES;
    private static final int PRIVILEGES = 4;

    private final long address = OffHeap.allocate((long) PRIVILEGES * TABLE_BYTES);

    /** Address of the table for privilege 0; the others follow. */
    public long address() {
        return address;
    }

    /** Offset in a table of the entry for guest code at a host address; code lies at even addresses. */
    private long entry(int privilege, long guestCode) {
        return address + (long) privilege * TABLE_BYTES + (guestCode << 3 & TABLE_BYTES - ENTRY_BYTES);
    }

    void put(int privilege, long guestCode, long hostCode) {
        long entry = entry(privilege, guestCode);
        OffHeap.putLong(entry, guestCode);
        OffHeap.putLong(entry + 8, hostCode);
    }

    void remove(int privilege, long guestCode) {
        long entry = entry(privilege, guestCode);
        if (OffHeap.getLong(entry) == guestCode) {
            OffHeap.putLong(entry, 0);
        }
    }

    void clear() {
        OffHeap.fill(address, (long) PRIVILEGES * TABLE_BYTES, 0);
    }

    @Override
    public void close() {
        OffHeap.free(address, (long) PRIVILEGES * TABLE_BYTES);
    }
}
