package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.memory.Ram;

/**
 * Page tables that a test lays into a machine's RAM before the guest switches them on: from RAM + 1 MiB, a page each.
 * The guest's own code and data are mapped where they are.
 */
final class PageTables {
    static final long V = 1;
    static final long R = 2;
    static final long W = 4;
    static final long X = 8;
    static final long U = 16;
    static final long A = 64;
    static final long D = 128;
    static final long RWX = V | R | W | X | A | D;

    private static final long TABLES = Ram.BASE + (1 << 20);
    private static final int PAGE = 4096;

    private final Ram ram;
    private final int levels;
    private long nextTable = TABLES + PAGE;

    /** Tables of 3 (Sv39), 4 (Sv48) or 5 (Sv57) levels; the first 2 MiB of RAM are mapped to themselves. */
    PageTables(TinyMachine machine, int levels) {
        this.ram = machine.machine().ram();
        this.levels = levels;
        map(Ram.BASE, Ram.BASE, 1, RWX);
    }

    /** The value of satp. */
    long satp() {
        return (levels + 5L) << 60 | TABLES >> 12;
    }

    /** Maps one page of level {@code level} (0: 4 KiB, 1: 2 MiB, 2: 1 GiB); returns the address of its entry. */
    long map(long virtualAddress, long physicalAddress, int level, long bits) {
        long entry = entry(virtualAddress, level);
        ram.writeLong(entry, physicalAddress >>> 12 << 10 | bits);
        return entry;
    }

    /** The address of the entry for a page of a level; tables on the way there are made as needed. */
    long entry(long virtualAddress, int level) {
        long table = TABLES;
        for (int at = levels - 1; ; at--) {
            long entry = table + (virtualAddress >>> 12 + 9 * at & 511) * 8;
            if (at == level) {
                return entry;
            }
            if (ram.readLong(entry) == 0) {
                ram.writeLong(entry, nextTable >>> 12 << 10 | V);
                nextTable += PAGE;
            }
            table = ram.readLong(entry) >>> 10 << 12;
        }
    }
}
