package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.memory.OffHeap;

/**
 * Where host code finds the block for an address without leaving: tables off-heap by the host address at which the
 * guest's code lies, for each privilege a direct-mapped one and a second one, hashed, for what was driven out of it. An
 * entry is 16 bytes: that address, and the block's host code.
 *
 * <p>The key is what a fetch has translated to, so an entry stays right whatever happens to page tables; only a block that
 * is dropped takes its entry along.
 */
public final class JumpCache implements AutoCloseable {
    public static final int ENTRIES = 1 << 16;
    public static final int ENTRY_BYTES = 16;
    private static final int HALF_BYTES = ENTRIES * ENTRY_BYTES;

    /** Both tables of a privilege. */
    public static final int TABLE_BYTES = 2 * HALF_BYTES;

    /** Selects an entry's offset in a table. */
    public static final int OFFSET_MASK = HALF_BYTES - ENTRY_BYTES;

    /** From the first table to the second. */
    public static final int SECOND = HALF_BYTES;

    /** The second table's hash: the low 32 bits of the address times this, shifted right by {@link #HASH_SHIFT}. */
    public static final int HASH_FACTOR = 0x9E37_79B1;

    public static final int HASH_SHIFT = 8;
    private static final int PRIVILEGES = 4;

    private final long address = OffHeap.allocate((long) PRIVILEGES * TABLE_BYTES);

    /** Address of the table for privilege 0; the others follow. */
    public long address() {
        return address;
    }

    /** Address of the first table's entry for guest code at a host address; code lies at even addresses. */
    private long first(int privilege, long guestCode) {
        return address + (long) privilege * TABLE_BYTES + (guestCode << 3 & OFFSET_MASK);
    }

    private long second(int privilege, long guestCode) {
        int hash = (int) guestCode * HASH_FACTOR >>> HASH_SHIFT & OFFSET_MASK;
        return address + (long) privilege * TABLE_BYTES + SECOND + hash;
    }

    /** The host code for guest code at a host address, or 0. */
    long get(int privilege, long guestCode) {
        long entry = first(privilege, guestCode);
        if (OffHeap.getLong(entry) != guestCode) {
            entry = second(privilege, guestCode);
        }
        return OffHeap.getLong(entry) == guestCode ? OffHeap.getLong(entry + 8) : 0;
    }

    /** Enters a block; one that is driven out moves to the second table. */
    void put(int privilege, long guestCode, long hostCode) {
        long entry = first(privilege, guestCode);
        long old = OffHeap.getLong(entry);
        if (old != 0 && old != guestCode) {
            set(second(privilege, old), old, OffHeap.getLong(entry + 8));
        }
        set(entry, guestCode, hostCode);
    }

    private static void set(long entry, long guestCode, long hostCode) {
        OffHeap.putLong(entry, guestCode);
        OffHeap.putLong(entry + 8, hostCode);
    }

    void remove(int privilege, long guestCode) {
        clear(first(privilege, guestCode), guestCode);
        clear(second(privilege, guestCode), guestCode);
    }

    private static void clear(long entry, long guestCode) {
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
