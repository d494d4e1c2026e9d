package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.PageWatcher;
import dev.retrovisor.machine.memory.Ram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps everything that is derived from RAM true to it: the TLBs of all harts, translated code, reservations.
 *
 * <p>Page tables: a walk enters each table that it reads, with the virtual address that the table begins to translate.
 * A later write to a valid entry of it drops what may have been read through that entry: one page for a leaf of 4 KiB,
 * all translations otherwise. {@code sfence.vma} has nothing left to do.
 */
public final class Translations implements PageWatcher {
    /** Drops what was decoded or translated from RAM; implemented by the engines' caches of code. */
    public interface CodeCache {
        /** Bytes of a page are about to change; whether something of the page is still kept then. */
        boolean drop(int page, int offset, int lengthBytes);

        /** Everything may have changed. */
        void dropAll();
    }

    private static final int PAGE_BYTES = 4096;
    private static final int VALID = 1;
    private static final int READ_OR_EXECUTE = 2 | 8;
    private static final long NAPOT = 1L << 63;

    // What a table translates: the virtual address of its first entry, with the level in the low bits.
    private static final int LEVEL = 7;
    private static final long SHARED = 8;
    private static final long UNKNOWN = -1;

    /** A table written so often without being walked is likely no table any more, and watching it costs. */
    private static final int WRITES_BEFORE_RELEASE = 64;

    private final Ram ram;
    private final List<Hart> harts = new ArrayList<>();
    private final long[] tables;
    private final byte[] writes;
    private final List<CodeCache> caches = new ArrayList<>();

    public Translations(Ram ram) {
        this.ram = ram;
        tables = new long[(int) ram.pageCount()];
        writes = new byte[tables.length];
        Arrays.fill(tables, UNKNOWN);
        ram.watch(this);
    }

    /** Adds one who keeps what is derived from code; before the machine runs. */
    public void watchCode(CodeCache cache) {
        caches.add(cache);
    }

    void add(Hart hart) {
        harts.add(hart);
    }

    /** Enters that a walk for {@code virtualAddress} reads an entry of a table at {@code level} (0 for leaves of 4 KiB). */
    void noteTable(long entryAddress, long virtualAddress, int level) {
        int page = ram.pageOf(entryAddress);
        long translated = virtualAddress & -1L << 21 + 9 * level | level;
        long known = tables[page];
        if (known != translated) {
            if (known == UNKNOWN) {
                tables[page] = translated;
            } else if ((known & SHARED) == 0) {
                tables[page] = known | SHARED;
            }
        }
        writes[page] = 0;
        ram.markTable(page);
    }

    @Override
    public void tableWritten(int page, long physicalAddress, int lengthBytes) {
        if (++writes[page] >= WRITES_BEFORE_RELEASE) {
            release(page);
            return;
        }
        long first = physicalAddress & -8;
        if (lengthBytes > 8) {
            flushTranslated();
            return;
        }
        for (long entryAddress = first; entryAddress < physicalAddress + lengthBytes; entryAddress += 8) {
            entryWritten(tables[page], entryAddress);
        }
    }

    private void entryWritten(long table, long entryAddress) {
        long entry = ram.readLong(entryAddress);
        if ((entry & VALID) == 0) {
            return; // never cached
        }
        boolean smallLeaf = (table & (LEVEL | SHARED)) == 0 && (entry & READ_OR_EXECUTE) != 0 && (entry & NAPOT) == 0;
        if (!smallLeaf) {
            flushTranslated();
            return;
        }
        long virtualAddress = table + (entryAddress & PAGE_BYTES - 1) / 8 * PAGE_BYTES;
        for (Hart hart : harts) {
            hart.mmu().tlb().flushPage(virtualAddress);
        }
    }

    private void release(int page) {
        writes[page] = 0;
        tables[page] = UNKNOWN;
        ram.unmarkTable(page);
        flushTranslated();
    }

    private void flushTranslated() {
        for (Hart hart : harts) {
            hart.mmu().tlb().flushTranslated();
        }
    }

    @Override
    public void codeWritten(int page, int offset, int lengthBytes) {
        boolean kept = false;
        for (CodeCache cache : caches) {
            kept |= cache.drop(page, offset, lengthBytes);
        }
        if (!kept) {
            ram.unmarkCode(page);
        }
    }

    @Override
    public void forbidDirectWrites(long hostAddress, int slot) {
        for (Hart hart : harts) {
            hart.mmu().tlb().forbidWrites(hostAddress, slot);
        }
    }

    @Override
    public void forbidDirectWrites(long hostAddress) {
        for (Hart hart : harts) {
            hart.mmu().tlb().forbidWrites(hostAddress);
        }
    }

    @Override
    public void forbidAllDirectWrites() {
        for (Hart hart : harts) {
            hart.mmu().tlb().forbidAllWrites();
        }
    }

    @Override
    public void writtenByDevice() {
        for (Hart hart : harts) {
            hart.state().set(HartState.RESERVATION, HartState.NO_RESERVATION);
        }
    }

    /** Drops everything, because all of memory was replaced. */
    public void dropAll() {
        for (Hart hart : harts) {
            hart.mmu().tlb().flushAll();
        }
        for (int page = 0; page < tables.length; page++) {
            ram.unmarkTable(page);
            ram.unmarkCode(page);
        }
        Arrays.fill(tables, UNKNOWN);
        caches.forEach(CodeCache::dropAll);
    }
}
