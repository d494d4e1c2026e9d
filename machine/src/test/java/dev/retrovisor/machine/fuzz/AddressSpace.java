package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.board.MemoryMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Page tables of one format over the frames of a {@link Terrain}: code, data, aliases of both, the tables themselves, a
 * handler, devices; with rights, sizes and attributes at random.
 */
final class AddressSpace {
    static final long V = 1;
    private static final long R = 2;
    private static final long W = 4;
    private static final long X = 8;
    private static final long U = 16;
    private static final long A = 64;
    private static final long D = 128;
    private static final long N = 1L << 63;
    private static final int PBMT_SHIFT = 61;

    private static final int DATA_GROUP = 2;
    private static final int ALIAS_GROUP = 3;
    private static final int TABLE_GROUP = 4;
    private static final int MODE_BASE = 5;

    private final SplittableRandom random;
    private final int levels;
    private final long base;

    /** A frame of code that the alias group shows twice, before other frames than it has behind it. */
    private final int doubled;

    private final boolean forUser;
    private final int userPercent;
    private final ByteBuffer[] tables;
    private int used = 1;

    /**
     * @param levels of page tables: 3 (Sv39) to 5 (Sv57)
     * @param forUser whether most pages are user mode's
     */
    AddressSpace(SplittableRandom random, int levels, boolean forUser) {
        this.random = random;
        this.levels = levels;
        this.forUser = forUser;
        userPercent = forUser ? 95 : random.nextInt(3) == 0 ? 50 : 4;
        base = base(random, levels);
        doubled = random.nextInt(Terrain.GROUP_PAGES - 1) + (random.nextBoolean() ? Terrain.GROUP_PAGES : 0);
        tables = new ByteBuffer[Terrain.HANDLER_FRAME - Terrain.TABLE_FRAMES];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = ByteBuffer.allocate(Terrain.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        for (int group = 0; group < Terrain.VIRTUAL_GROUPS; group++) {
            fill(group);
        }
    }

    private static long base(SplittableRandom random, int levels) {
        int bits = 12 + 9 * levels;
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> 1L << 30;
            case 2 -> (1L << bits - 1) - (1L << 30);
            case 3 -> -1L << bits - 1;
            default -> -1L << 30;
        };
    }

    /** Virtual address of a page. */
    long page(int number) {
        return base + Terrain.offset(number);
    }

    /** The value of satp. */
    long satp() {
        return (long) (levels + MODE_BASE) << 60 | Terrain.frame(Terrain.TABLE_FRAMES) >>> 12;
    }

    /** Writes the tables. */
    void lay(Pokes pokes) {
        for (int i = 0; i < tables.length; i++) {
            pokes.write(Terrain.frame(Terrain.TABLE_FRAMES + i), tables[i].array());
        }
    }

    private void fill(int group) {
        int first = group * Terrain.GROUP_PAGES;
        long naturalFrame = frameOf(first);
        if (group <= ALIAS_GROUP && random.nextInt(12) == 0) {
            // A page of 2 MiB: begins at a multiple of that below the group.
            long start = naturalFrame & -(2L << 20);
            put(page(first), 1, entry(start, rights(group)));
            return;
        }
        if (group <= ALIAS_GROUP && random.nextInt(12) == 0) {
            long bits = rights(group) | N | 0x8000 >>> 2;
            for (int i = 0; i < Terrain.GROUP_PAGES; i++) {
                put(page(first + i), 0, entry(naturalFrame & -(64L << 10), bits));
            }
            return;
        }
        for (int i = 0; i < Terrain.GROUP_PAGES; i++) {
            if (group == Terrain.VIRTUAL_GROUPS - 1) {
                put(page(first + i), 0, special(i));
            } else {
                put(page(first + i), 0, entry(frameOf(first + i), rights(group)));
            }
        }
    }

    /** The frame that a page is to show. */
    private long frameOf(int page) {
        int group = page / Terrain.GROUP_PAGES;
        int inGroup = page % Terrain.GROUP_PAGES;
        return Terrain.frame(
                switch (group) {
                    case ALIAS_GROUP ->
                        inGroup % 2 == 0
                                ? doubled
                                : random.nextInt(chance(70) ? Terrain.DATA_FRAMES : Terrain.HANDLER_FRAME);
                    // The tables of the other groups are the last ones.
                    case TABLE_GROUP -> Terrain.TABLE_FRAMES + Math.min(levels - 1 + inGroup + random.nextInt(3), 11);
                    default ->
                        random.nextInt(10) == 0
                                ? random.nextInt(Terrain.TABLE_FRAMES)
                                : group * Terrain.GROUP_PAGES + inGroup;
                });
    }

    private long special(int index) {
        long rights = V | R | W | A | D | (forUser && random.nextBoolean() ? U : 0);
        return switch (index) {
            case 0 -> entry(Terrain.frame(Terrain.HANDLER_FRAME), V | R | X | A | D);
            case 1 -> entry(MemoryMap.ACLINT, rights);
            case 2 -> entry(random.nextBoolean() ? MemoryMap.UART : MemoryMap.ACLINT + 0x4000, rights);
            default -> entry(random.nextBoolean() ? MemoryMap.RAM - 4096 : MemoryMap.RTC, rights);
        };
    }

    private long rights(int group) {
        long bits = V;
        boolean isCode = group < DATA_GROUP || group == ALIAS_GROUP && chance(75);
        bits |= chance(isCode ? 92 : 20) ? X : 0;
        bits |= chance(isCode ? 65 : 90) ? R : 0;
        bits |= (bits & R) != 0 && chance(isCode ? 40 : 90) ? W : 0;
        if ((bits & (R | X)) == 0) {
            bits |= R;
        }
        bits |= chance(userPercent) ? U : 0;
        bits |= chance(90) ? A : 0;
        bits |= chance(85) ? D : 0;
        bits |= chance(3) ? (long) random.nextInt(4) << PBMT_SHIFT : 0;
        return chance(2) ? bits & ~V : bits;
    }

    /** Something that a guest may write into a table: an entry for a page of 4 KiB, sometimes none. */
    static long anyEntry(SplittableRandom random) {
        long bits = random.nextInt(256) | (random.nextInt(8) == 0 ? 0 : V | R | A | D);
        return entry(Terrain.frame(random.nextInt(Terrain.FRAMES)), bits);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private static long entry(long physicalAddress, long bits) {
        return physicalAddress >>> 12 << 10 | bits;
    }

    /** Enters a leaf at a level; tables on the way are taken as needed. */
    private void put(long virtualAddress, int level, long leaf) {
        int table = 0;
        for (int at = levels - 1; at > level; at--) {
            int index = index(virtualAddress, at);
            long entry = tables[table].getLong(index);
            if (entry == 0) {
                entry = entry(Terrain.frame(Terrain.TABLE_FRAMES + used++), V);
                tables[table].putLong(index, entry);
            }
            table = tableOf(entry);
        }
        tables[table].putLong(index(virtualAddress, level), leaf);
    }

    private static int index(long virtualAddress, int level) {
        return (int) (virtualAddress >>> 12 + 9 * level & 511) * 8;
    }

    private int tableOf(long entry) {
        long frame = entry >>> 10 << 12;
        for (int i = 0; i < used; i++) {
            if (Terrain.frame(Terrain.TABLE_FRAMES + i) == frame) {
                return i;
            }
        }
        throw new IllegalStateException("no table at %#x".formatted(frame));
    }

    /** Where an instruction begins that ends in another frame each time. */
    long crossing() {
        int page = random.nextInt(3) == 0 ? doubled : ALIAS_GROUP * Terrain.GROUP_PAGES + 2 * random.nextInt(2);
        return page(page) + Terrain.PAGE_BYTES - 2;
    }

    /** Whether the entry of a page lets a mode execute it. */
    boolean isExecutable(int page, boolean user) {
        long entry = leaf(page, false);
        return (entry & (V | X | A)) == (V | X | A) && (entry & U) != 0 == user;
    }

    /** Physical address of the entry of a page. */
    long entryAddress(int page) {
        return leaf(page, true);
    }

    private long leaf(int page, boolean asAddress) {
        int table = 0;
        for (int level = levels - 1; ; level--) {
            int index = index(page(page), level);
            long entry = tables[table].getLong(index);
            if (level == 0 || (entry & (R | W | X)) != 0 || (entry & V) == 0) {
                return asAddress ? Terrain.frame(Terrain.TABLE_FRAMES + table) + index : entry;
            }
            table = tableOf(entry);
        }
    }
}
