package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.PageWatcher;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.ProbeFollower;
import dev.retrovisor.machine.probe.Probes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps everything that is derived from RAM true to it, and to the probes that are set: the TLBs of all harts,
 * translated code, reservations.
 *
 * <p>Page tables: a walk enters each table that it reads, with the virtual address that the table begins to translate.
 * A later write to a valid entry of it drops what may have been read through that entry: one page for a leaf of 4 KiB,
 * all translations otherwise. {@code sfence.vma} has nothing left to do.
 */
public final class Translations implements PageWatcher, ProbeFollower {
    /** Drops what was decoded or translated from RAM; implemented by the engines' caches of code. */
    public interface CodeCache {
        /** Bytes of a page are about to change; whether something of the page is still kept then. */
        boolean drop(int page, int offset, int lengthBytes);

        /** Everything may have changed. */
        void dropAll();

        /** Probes before the instruction at an offset in a page were set or removed. */
        void placeChanged(int page, int offset);

        /** Whether traps or returns from them are probed has changed. */
        void trapProbesChanged();
    }

    private static final int PAGE_BYTES = 4096;
    private static final int VALID = 1;
    private static final int READ_OR_EXECUTE = 2 | 8;
    private static final long NAPOT = 1L << 63;
    private static final int PPN_SHIFT = 10;
    private static final long PPN_BITS = (1L << 44) - 1;

    // What a table translates: the virtual address of its first entry, with the level in the low bits.
    private static final int LEVEL = 7;
    private static final long SHARED = 8;
    private static final long UNKNOWN = -1;

    /** A table written so often without being walked is likely no table any more, and watching it costs. */
    private static final int WRITES_BEFORE_RELEASE = 64;

    private final Ram ram;
    private final Probes probes;
    private final List<Hart> harts = new ArrayList<>();
    private final long[] tables;

    /** For each table the serial number of the address space that walked it, or {@link Tlb#ALL} after several. */
    private final int[] walkers;

    private int lastSerial;
    private final byte[] writes;
    private final List<CodeCache> caches = new ArrayList<>();

    public Translations(Ram ram, Probes probes) {
        this.ram = ram;
        this.probes = probes;
        tables = new long[(int) ram.pageCount()];
        walkers = new int[tables.length];
        writes = new byte[tables.length];
        Arrays.fill(tables, UNKNOWN);
        ram.watch(this);
        probes.follow(this);
    }

    /** The machine's probes. */
    public Probes probes() {
        return probes;
    }

    /** Adds one who keeps what is derived from code; before the machine runs. */
    public void watchCode(CodeCache cache) {
        caches.add(cache);
    }

    void add(Hart hart) {
        harts.add(hart);
    }

    /** A number for an address space that no other has. */
    int nextSerial() {
        return ++lastSerial;
    }

    /** Enters that a walk for {@code virtualAddress} reads an entry of a table at {@code level} (0 for leaves of 4 KiB). */
    void noteTable(long entryAddress, long virtualAddress, int level, int serial) {
        int page = ram.pageOf(entryAddress);
        long translated = virtualAddress & -1L << 21 + 9 * level | level;
        if (walkers[page] != serial && walkers[page] != Tlb.ALL) {
            if (isKnown(walkers[page])) {
                walkers[page] = Tlb.ALL;
            } else {
                walkers[page] = serial;
                tables[page] = UNKNOWN;
            }
        }
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

    /** Whether some TLB may hold what was read in an address space. */
    private boolean isKnown(int serial) {
        for (Hart hart : harts) {
            if (hart.mmu().tlb().holds(serial)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void tableWritten(int page, long physicalAddress, int lengthBytes) {
        if (++writes[page] >= WRITES_BEFORE_RELEASE) {
            release(page);
            return;
        }
        long first = physicalAddress & -8;
        if (lengthBytes > 8) {
            blockWritten(page, first, (int) (physicalAddress + lengthBytes - first));
            return;
        }
        for (long entryAddress = first; entryAddress < physicalAddress + lengthBytes; entryAddress += 8) {
            entryWritten(page, entryAddress);
        }
    }

    private void entryWritten(int page, long entryAddress) {
        long table = tables[page];
        long entry = ram.readLong(entryAddress);
        if ((entry & VALID) == 0) {
            return; // never cached
        }
        if ((entry & READ_OR_EXECUTE) == 0 && leadsNowhere(entry)) {
            return; // what was read through it was dropped when the last entry below was cleared
        }
        boolean smallLeaf = (table & (LEVEL | SHARED)) == 0 && (entry & READ_OR_EXECUTE) != 0 && (entry & NAPOT) == 0;
        if (!smallLeaf) {
            flushTranslated(walkers[page]);
            return;
        }
        long virtualAddress = table + (entryAddress & PAGE_BYTES - 1) / 8 * PAGE_BYTES;
        for (Hart hart : harts) {
            hart.mmu().tlb().flushPage(walkers[page], virtualAddress);
        }
    }

    /** Whether the table to which an entry points has no valid entry. */
    private boolean leadsNowhere(long entry) {
        long table = (entry >>> PPN_SHIFT & PPN_BITS) << 12;
        return ram.contains(table, PAGE_BYTES) && !hasValidEntry(table, PAGE_BYTES);
    }

    private void blockWritten(int page, long first, int lengthBytes) {
        if ((first & PAGE_BYTES - 1) == 0 && !hasValidEntry(first, PAGE_BYTES)) {
            // About to be cleared for another use: what was cached was dropped when its entries were.
            forgetTable(page);
        } else if (hasValidEntry(first, lengthBytes)) {
            flushTranslated(walkers[page]);
        }
    }

    private boolean hasValidEntry(long first, int lengthBytes) {
        long host = ram.hostAddress(first);
        for (long entry = host; entry < host + lengthBytes; entry += 8) {
            if ((OffHeap.getLong(entry) & VALID) != 0) {
                return true;
            }
        }
        return false;
    }

    private void release(int page) {
        flushTranslated(walkers[page]);
        forgetTable(page);
    }

    private void forgetTable(int page) {
        writes[page] = 0;
        tables[page] = UNKNOWN;
        walkers[page] = 0;
        ram.unmarkTable(page);
    }

    private void flushTranslated(int serial) {
        for (Hart hart : harts) {
            hart.mmu().tlb().flushTranslated(serial);
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
    public void forbidDirectWrites(long hostAddress, int entry) {
        for (Hart hart : harts) {
            hart.mmu().tlb().forbidWrites(hostAddress, entry);
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

    @Override
    public void probedByDevice(long physicalAddress, byte[] source, int offset, int lengthBytes) {
        probes.memory().writeByDevice(physicalAddress, source, offset, lengthBytes);
    }

    @Override
    public void forgetFetches(long virtualPage) {
        for (Hart hart : harts) {
            hart.mmu().tlb().flushFetches(virtualPage);
        }
    }

    @Override
    public void forgetTranslations() {
        flushTranslated(Tlb.ALL);
    }

    @Override
    public void placeChanged(int page, int offset) {
        caches.forEach(cache -> cache.placeChanged(page, offset));
    }

    @Override
    public void trapProbesChanged() {
        caches.forEach(CodeCache::trapProbesChanged);
    }

    @Override
    public void stopHarts() {
        harts.forEach(Hart::requestStop);
    }

    @Override
    public void cleared() {
        restarted();
        for (int page = 0; page < tables.length; page++) {
            ram.unmarkCode(page);
        }
        caches.forEach(CodeCache::dropAll);
    }

    /** Harts and memory are those of another moment: no translation holds, while code was followed page by page. */
    public void restarted() {
        for (Hart hart : harts) {
            hart.mmu().tlb().flushAll();
        }
        for (int page = 0; page < tables.length; page++) {
            ram.unmarkTable(page);
        }
        Arrays.fill(tables, UNKNOWN);
        Arrays.fill(walkers, 0);
        probes.restart();
    }
}
