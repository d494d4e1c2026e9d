package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.state.PageSpace;

/**
 * A hart's translation look-aside buffers, off-heap: one table for each {@linkplain #USER kind of access}, direct-mapped
 * by virtual page number. An entry is 32 bytes:
 *
 * <pre>
 *  0  read tag    virtual address of the page if loads may go through, else {@link #INVALID}
 *  8  write tag   the same for stores
 * 16  fetch tag   the same for instruction fetches
 * 24  addend      host address minus virtual address
 * </pre>
 *
 * <p>An access of n bytes at v hits if {@code (v + n - 1) & -4096} equals the tag: one that crosses into the next page
 * never does.
 *
 * <p>The tables are a cache whose content never shows in guest state. A TLB that kept what the guest has changed but not
 * fenced would: what is still cached depends on evictions, on checkpoints, on the engine. So writes to page tables that
 * a walk has read are noticed ({@link Translations}) and drop what was read from them, as if every access walked.
 */
public final class Tlb {
    public static final int ENTRIES = 1024;
    public static final int ENTRY_BYTES = 32;
    public static final int READ_TAG = 0;
    public static final int WRITE_TAG = 8;
    public static final int FETCH_TAG = 16;
    public static final int ADDEND = 24;

    /** Equal to no page's address. */
    public static final long INVALID = -1;

    public static final long PAGE_MASK = -(long) PageSpace.PAGE_BYTES;

    // Kinds of access: effective privilege, and for the supervisor whether it may touch user pages (SUM).
    public static final int USER = 0;
    public static final int SUPERVISOR = 1;
    public static final int SUPERVISOR_SUM = 2;
    public static final int MACHINE = 3;
    private static final int KINDS = 4;

    /** Fetches have tables of their own: code and data at the same place in them would drive each other out. */
    private static final int TABLES = 2 * KINDS;

    private static final int TABLE_BYTES = ENTRIES * ENTRY_BYTES;

    /** From a table for loads and stores to that for fetches of the same kind. */
    public static final int FETCH_TABLES = KINDS * TABLE_BYTES;

    private final long address = OffHeap.allocate((long) TABLES * TABLE_BYTES);
    private final boolean[] used = {true, true, true, true, true, true, true, true};

    public Tlb() {
        flushAll();
    }

    /** From the table for user mode to that of another kind. */
    public static int tableOffset(int kind) {
        return kind * TABLE_BYTES;
    }

    /** Address of one kind's table for loads and stores. */
    public long table(int kind) {
        return address + (long) kind * TABLE_BYTES;
    }

    /** Address of one kind's table for fetches. */
    public long fetchTable(int kind) {
        return table(KINDS + kind);
    }

    /** Address of the entry in which {@code virtualAddress} is looked up. */
    static long entry(long table, long virtualAddress) {
        return table + (virtualAddress >>> 7 & (ENTRIES - 1) * (long) ENTRY_BYTES);
    }

    /** Makes {@code tagOffset} of the page's entry valid; the other tags stay if they belong to the same page. */
    void fill(int kind, long virtualPage, long hostPage, int tagOffset) {
        int table = tagOffset == FETCH_TAG ? KINDS + kind : kind;
        long entry = entry(table(table), virtualPage);
        long addend = hostPage - virtualPage;
        for (int tag = READ_TAG; tag <= FETCH_TAG; tag += 8) {
            long old = OffHeap.getLong(entry + tag);
            if (old != virtualPage || OffHeap.getLong(entry + ADDEND) != addend) {
                OffHeap.putLong(entry + tag, INVALID);
            }
        }
        OffHeap.putLong(entry + ADDEND, addend);
        OffHeap.putLong(entry + tagOffset, virtualPage);
        used[table] = true;
    }

    /** Forgets every translation of one page of 4 KiB. */
    void flushPage(long virtualAddress) {
        for (int kind = USER; kind <= SUPERVISOR_SUM; kind++) {
            OffHeap.fill(entry(table(kind), virtualAddress), ADDEND, -1);
            OffHeap.fill(entry(fetchTable(kind), virtualAddress), ADDEND, -1);
        }
    }

    /** Forgets everything but what M-mode sees. */
    void flushTranslated() {
        for (int kind = USER; kind <= SUPERVISOR_SUM; kind++) {
            flush(kind);
            flush(KINDS + kind);
        }
    }

    void flushAll() {
        flushTranslated();
        flush(MACHINE);
        flush(KINDS + MACHINE);
    }

    private void flush(int table) {
        if (used[table]) {
            OffHeap.fill(table(table), TABLE_BYTES, -1);
            used[table] = false;
        }
    }

    /** Number of the entry, among all of this hart's, in which a page is looked up. */
    static int slot(int kind, long virtualAddress) {
        return kind * ENTRIES + (int) (virtualAddress >>> 12 & ENTRIES - 1);
    }

    /** Takes away the write tags of one host page. */
    void forbidWrites(long hostPage) {
        for (int slot = 0; slot < KINDS * ENTRIES; slot++) {
            forbidWrites(hostPage, slot);
        }
    }

    /** Takes away the write tag of one host page in one slot. */
    void forbidWrites(long hostPage, int slot) {
        long entry = address + (long) slot * ENTRY_BYTES;
        long tag = OffHeap.getLong(entry + WRITE_TAG);
        if (tag != INVALID && tag + OffHeap.getLong(entry + ADDEND) == hostPage) {
            OffHeap.putLong(entry + WRITE_TAG, INVALID);
        }
    }

    /** Takes away all write tags. */
    void forbidAllWrites() {
        for (int kind = 0; kind < KINDS; kind++) {
            if (used[kind]) {
                long end = table(kind) + TABLE_BYTES;
                for (long entry = table(kind); entry < end; entry += ENTRY_BYTES) {
                    OffHeap.putLong(entry + WRITE_TAG, INVALID);
                }
            }
        }
    }

    void free() {
        OffHeap.free(address, (long) TABLES * TABLE_BYTES);
    }
}
