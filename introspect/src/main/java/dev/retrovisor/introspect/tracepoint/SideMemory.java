package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.machine.interpreter.Fork;
import java.util.Arrays;

/**
 * Guest memory with what a fork writes lying over it, and a page that only forks see. What is written is kept in words of
 * eight bytes by physical address; the few that there are, are searched one by one.
 */
final class SideMemory implements Fork.Memory {
    /** The page that only forks see; no page table can map it. */
    static final long OWN_PAGE = 0x0dad_0000_0000_0000L;

    private static final int MOST_WORDS = 512;
    private static final int CACHED = 32;
    private static final long PAGE_MASK = -(long) AddressSpace.PAGE_BYTES;
    private static final long NOT_CACHED = 1;

    private final long[] wordAddresses = new long[MOST_WORDS];
    private final long[] words = new long[MOST_WORDS];
    private final long[] virtualPages = new long[CACHED];
    private final long[] physicalPages = new long[CACHED];
    private AddressSpace space;
    private int count;

    /** Forgets everything; from now on this is memory as an address space has it. */
    void begin(AddressSpace newSpace) {
        space = newSpace;
        count = 0;
        Arrays.fill(virtualPages, NOT_CACHED);
    }

    @Override
    public int fetch(long virtualAddress) {
        long physical = physical(virtualAddress);
        if ((virtualAddress & ~PAGE_MASK) <= AddressSpace.PAGE_BYTES - 4) {
            return space.memory().readInt(physical);
        }
        int low = space.memory().readShort(physical) & 0xffff;
        return (low & 3) == 3 ? low | space.memory().readShort(physical(virtualAddress + 2)) << 16 : low;
    }

    @Override
    public long load(long virtualAddress, int sizeBytes) {
        int shift = (int) (virtualAddress & 7) * 8;
        long low = word(physical(virtualAddress) & -8) >>> shift;
        return shift + sizeBytes * 8 <= Long.SIZE
                ? low
                : low | word(physical((virtualAddress & -8) + 8)) << Long.SIZE - shift;
    }

    @Override
    public void store(long virtualAddress, int sizeBytes, long value) {
        int shift = (int) (virtualAddress & 7) * 8;
        long mask = -1L >>> Long.SIZE - sizeBytes * 8;
        merge(physical(virtualAddress) & -8, mask << shift, value << shift);
        if (shift + sizeBytes * 8 > Long.SIZE) {
            merge(
                    physical((virtualAddress & -8) + 8),
                    mask >>> Long.SIZE - shift,
                    (value & mask) >>> Long.SIZE - shift);
        }
    }

    private void merge(long wordAddress, long mask, long value) {
        long merged = word(wordAddress) & ~mask | value & mask;
        int index = index(wordAddress);
        if (index == count) {
            if (count == MOST_WORDS) {
                throw new MemoryFault(wordAddress, "a fork wrote more than " + MOST_WORDS + " words");
            }
            wordAddresses[count++] = wordAddress;
        }
        words[index] = merged;
    }

    private long word(long wordAddress) {
        int index = index(wordAddress);
        if (index < count) {
            return words[index];
        }
        return wordAddress >= OWN_PAGE ? 0 : space.memory().readLong(wordAddress);
    }

    private int index(long wordAddress) {
        int index = 0;
        while (index < count && wordAddresses[index] != wordAddress) {
            index++;
        }
        return index;
    }

    private long physical(long virtualAddress) {
        long page = virtualAddress & PAGE_MASK;
        int slot = (int) (virtualAddress >>> 12) & CACHED - 1;
        if (virtualPages[slot] != page) {
            long physical = page == OWN_PAGE ? OWN_PAGE : space.translate(page);
            if (physical == AddressSpace.UNMAPPED || !isReadable(physical)) {
                throw new MemoryFault(virtualAddress, "not mapped");
            }
            virtualPages[slot] = page;
            physicalPages[slot] = physical;
        }
        return physicalPages[slot] | virtualAddress & ~PAGE_MASK;
    }

    private boolean isReadable(long physicalPage) {
        return physicalPage == OWN_PAGE || space.memory().contains(physicalPage, AddressSpace.PAGE_BYTES);
    }
}
