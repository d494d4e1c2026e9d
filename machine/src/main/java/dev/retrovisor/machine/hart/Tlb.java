package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.state.PageSpace;
import java.util.function.IntSupplier;

/**
 * A hart's translation look-aside buffers, off-heap: a few address spaces, those last used, by their satp; for each of
 * them a table for each {@linkplain #USER kind of access}, direct-mapped by virtual page number. An entry is 32 bytes:
 *
 * <pre>
 *  0  read tag    virtual address of the page if loads may go through, else {@link #INVALID}
 *  8  write tag   the same for stores
 * 16  fetch tag   the same for instruction fetches; in a table for data the same for stores that must be noticed
 * 24  addend      host address minus virtual address
 * </pre>
 *
 * <p>An access of n bytes at v hits if {@code (v + n - 1) & -4096} equals the tag: one that crosses into the next page
 * never does.
 *
 * <p>The tables are a cache whose content never shows in guest state. A TLB that kept what the guest has changed but not
 * fenced would: what is still cached depends on evictions, on checkpoints, on the engine. So writes to page tables that
 * a walk has read are noticed ({@link Translations}) and drop what was read from them, as if every access walked. That is
 * also why a space may be kept while another one is in use.
 */
public final class Tlb {
    public static final int ENTRIES = 1 << 14;
    public static final int ENTRY_BYTES = 32;

    /** A virtual address shifted right by this, modulo the table's length, is the offset of its page's entry. */
    public static final int INDEX_SHIFT = 7;

    public static final int READ_TAG = 0;
    public static final int WRITE_TAG = 8;
    public static final int FETCH_TAG = 16;

    /** In a table for data: stores are allowed, but each must be noticed. */
    static final int NOTICED_WRITE_TAG = 16;

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

    private static final int SPACES = 7;
    private static final int SPACE_BYTES = TABLES * TABLE_BYTES;

    /** Stands for every space in {@link #flushPage} and {@link #flushTranslated}. */
    static final int ALL = -1;

    /** One address space's tables. */
    private static final class Space {
        final long address;
        final TlbTable[] tables = new TlbTable[TABLES];
        long satp;
        int serial;

        Space(long address) {
            this.address = address;
            for (int table = 0; table < TABLES; table++) {
                tables[table] = new TlbTable(address + (long) table * TABLE_BYTES);
            }
        }

        void flush() {
            for (TlbTable table : tables) {
                table.flush();
            }
        }
    }

    private final long address = OffHeap.allocate((long) SPACES * SPACE_BYTES);
    private final Space[] spaces = new Space[SPACES];
    private final IntSupplier serials;
    private Space current;
    private Space previous;
    private int spacesUsed;
    private int next;

    /** @param serials numbers for address spaces, never the same twice, from 1 */
    public Tlb(IntSupplier serials) {
        this.serials = serials;
        select(0);
    }

    /** Goes on in the address space of {@code satp}, with what is known of it; whether that is nothing. */
    boolean select(long satp) {
        if (current != null && current.satp == satp) {
            return false;
        }
        for (int i = 0; i < spacesUsed; i++) {
            if (spaces[i].satp == satp) {
                current = spaces[i];
                return false;
            }
        }
        previous = current;
        if (spacesUsed < SPACES) {
            spaces[spacesUsed] = new Space(address + (long) spacesUsed * SPACE_BYTES);
            current = spaces[spacesUsed++];
        } else {
            do {
                next = (next + 1) % SPACES;
            } while (spaces[next] == current);
            current = spaces[next];
            current.flush();
        }
        current.satp = satp;
        current.serial = serials.getAsInt();
        return true;
    }

    /** Takes over from the space before what the supervisor sees in the upper half, which must be the same in both. */
    void inheritUpperHalf() {
        for (int kind = SUPERVISOR; kind <= SUPERVISOR_SUM; kind++) {
            current.tables[kind].copyUpperHalf(previous.tables[kind]);
            current.tables[KINDS + kind].copyUpperHalf(previous.tables[KINDS + kind]);
        }
    }

    long satp() {
        return current.satp;
    }

    /** Number of the present address space: it has another one once it was given up. */
    int serial() {
        return current.serial;
    }

    /** Whether the space of that serial number is here. */
    boolean holds(int serial) {
        for (int i = 0; i < spacesUsed; i++) {
            if (spaces[i].serial == serial) {
                return true;
            }
        }
        return false;
    }

    /** From the table for user mode to that of another kind. */
    public static int tableOffset(int kind) {
        return kind * TABLE_BYTES;
    }

    /** Address of one kind's table for loads and stores, in the present address space. */
    public long table(int kind) {
        return current.address + tableOffset(kind);
    }

    /** Address of one kind's table for fetches, in the present address space. */
    public long fetchTable(int kind) {
        return table(kind) + FETCH_TABLES;
    }

    /** Makes {@code tagOffset} of the page's entry valid; the other tags stay if they belong to the same page. */
    void fill(int kind, long virtualPage, long hostPage, int tagOffset) {
        current.tables[kind].fill(virtualPage, hostPage, tagOffset);
    }

    /** The same for fetches. */
    void fillFetch(int kind, long virtualPage, long hostPage) {
        current.tables[KINDS + kind].fill(virtualPage, hostPage, FETCH_TAG);
    }

    /** Forgets every translation of one page of 4 KiB in the space of that serial number, if it is here, or in all. */
    void flushPage(int serial, long virtualAddress) {
        for (int i = 0; i < spacesUsed; i++) {
            if (serial == ALL || spaces[i].serial == serial) {
                for (int kind = USER; kind <= SUPERVISOR_SUM; kind++) {
                    spaces[i].tables[kind].flushPage(virtualAddress);
                    spaces[i].tables[KINDS + kind].flushPage(virtualAddress);
                }
            }
        }
    }

    /** Forgets every translation for fetches from one page of 4 KiB, in all spaces. */
    void flushFetches(long virtualAddress) {
        for (int i = 0; i < spacesUsed; i++) {
            for (int kind = 0; kind < KINDS; kind++) {
                spaces[i].tables[KINDS + kind].flushPage(virtualAddress);
            }
        }
    }

    /** Forgets all translations in the space of that serial number, if it is here, or in all. */
    void flushTranslated(int serial) {
        for (int i = 0; i < spacesUsed; i++) {
            if (serial == ALL || spaces[i].serial == serial) {
                spaces[i].flush();
            }
        }
    }

    void flushAll() {
        flushTranslated(ALL);
    }

    /** Takes away the write tags of one host page. */
    void forbidWrites(long hostPage) {
        for (int i = 0; i < spacesUsed; i++) {
            for (int kind = 0; kind < KINDS; kind++) {
                spaces[i].tables[kind].forbidWrites(hostPage);
            }
        }
    }

    /** Takes away the write tags of one host page in the entries of one number. */
    void forbidWrites(long hostPage, int entry) {
        for (int i = 0; i < spacesUsed; i++) {
            for (int kind = 0; kind < KINDS; kind++) {
                spaces[i].tables[kind].forbidWrites(hostPage, entry);
            }
        }
    }

    /** Takes away all write tags. */
    void forbidAllWrites() {
        for (int i = 0; i < spacesUsed; i++) {
            for (int kind = 0; kind < KINDS; kind++) {
                spaces[i].tables[kind].forbidAllWrites();
            }
        }
    }

    void free() {
        OffHeap.free(address, (long) SPACES * SPACE_BYTES);
    }
}
