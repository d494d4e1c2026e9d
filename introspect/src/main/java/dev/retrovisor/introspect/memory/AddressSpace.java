package dev.retrovisor.introspect.memory;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * Guest memory by virtual address, through the page tables as they are when asked: nothing is cached. Sv39, Sv48 and
 * Sv57 with Svnapot and Svpbmt; permissions are not looked at, as the kernel may read what a user may not.
 *
 * <p>All reads throw {@link MemoryFault} where nothing is mapped.
 */
public final class AddressSpace {
    /** {@link #translate}'s answer where nothing is mapped. */
    public static final long UNMAPPED = -1;

    public static final int PAGE_BYTES = 4096;

    private static final int MODE_SHIFT = 60;
    private static final long PPN_BITS = (1L << 44) - 1;
    private static final long NAPOT = 1L << 63;
    private static final int VALID = 1;
    private static final int LEAF = 0b1110;

    /** Where an image lies before the kernel has page tables of its own: {@code physical = virtual - offset}. */
    public record Flat(long start, long end, long physicalOffset) {
        public static final Flat NONE = new Flat(0, 0, 0);

        boolean has(long virtualAddress) {
            return virtualAddress - start >= 0 && virtualAddress - end < 0;
        }
    }

    private final PhysicalMemory memory;
    private final long memoryBase;
    private final long memoryBytes;
    private final int levels;
    private final long root;
    private final Flat flat;
    private final LongUnaryOperator absent;

    /**
     * The space of a root page table.
     *
     * @param satp as the hart has it; bare means that only {@code flat} is mapped
     * @param flat what is mapped without page tables, looked at first
     */
    public AddressSpace(PhysicalMemory memory, long satp, Flat flat) {
        this(memory, levels(satp), (satp & PPN_BITS) << 12, flat, _ -> UNMAPPED);
    }

    private AddressSpace(PhysicalMemory memory, int levels, long root, Flat flat, LongUnaryOperator absent) {
        this.memory = memory;
        memoryBase = memory.base();
        memoryBytes = memory.sizeBytes();
        this.levels = levels;
        this.root = root;
        this.flat = flat;
        this.absent = absent;
    }

    private static int levels(long satp) {
        int mode = (int) (satp >>> MODE_SHIFT);
        return mode >= 8 && mode <= 10 ? mode - 5 : 0;
    }

    /**
     * The same space, which asks elsewhere for what is not mapped.
     *
     * @param elsewhere the physical address of a virtual one, or {@link #UNMAPPED}
     */
    public AddressSpace orElse(LongUnaryOperator elsewhere) {
        return new AddressSpace(memory, levels, root, flat, elsewhere);
    }

    public PhysicalMemory memory() {
        return memory;
    }

    /** Levels of page tables; 0 without any. */
    public int levels() {
        return levels;
    }

    /** Whether there are page tables at all. */
    public boolean isPaged() {
        return levels != 0;
    }

    /** The physical address, in memory that can be read, or {@link #UNMAPPED}. */
    public long translate(long virtualAddress) {
        long mapped = walk(virtualAddress);
        return mapped != UNMAPPED ? mapped : absent.applyAsLong(virtualAddress);
    }

    private long walk(long virtualAddress) {
        if (flat.has(virtualAddress)) {
            return inMemory(virtualAddress - flat.physicalOffset);
        }
        int unused = 64 - (12 + 9 * levels);
        if (levels == 0 || virtualAddress << unused >> unused != virtualAddress) {
            return UNMAPPED;
        }
        long table = root;
        for (int level = levels - 1; level >= 0; level--) {
            long entryAddress = table + (virtualAddress >>> 12 + 9 * level & 511) * 8;
            long offset = entryAddress - memoryBase;
            if (offset < 0 || offset > memoryBytes - Long.BYTES) {
                return UNMAPPED;
            }
            long entry = memory.readLong(entryAddress);
            if ((entry & VALID) == 0) {
                return UNMAPPED;
            }
            table = (entry >>> 10 & PPN_BITS) << 12;
            if ((entry & LEAF) != 0) {
                long leafBytes = (long) PAGE_BYTES << 9 * level;
                if (level == 0 && (entry & NAPOT) != 0) {
                    leafBytes = 16L * PAGE_BYTES;
                }
                return inMemory(table & -leafBytes | virtualAddress & leafBytes - 1);
            }
        }
        return UNMAPPED;
    }

    /**
     * The first address at or behind {@code virtualAddress} that lies in a mapped page, or {@code end} if there is none before
     * it. Skips what whole page tables leave out, so even terabytes of nothing are looked through at once.
     */
    public long nextMapped(long virtualAddress, long end) {
        long upperHalf = -1L << 11 + 9 * levels;
        long at = virtualAddress;
        while (Long.compareUnsigned(at, end) < 0) {
            if (walk(at) != UNMAPPED) {
                return at;
            }
            long gap = gapBytes(at);
            long behind = (at & -gap) + gap;
            if (behind >>> 11 + 9 * levels != 0 && Long.compareUnsigned(behind, upperHalf) < 0) {
                behind = upperHalf; // the addresses between have no meaning
            }
            if (Long.compareUnsigned(behind, at) < 0) {
                break; // behind the last address
            }
            at = behind;
        }
        return end;
    }

    /** How much around an address is not mapped: what the entry would map that ends the walk. */
    private long gapBytes(long virtualAddress) {
        long table = root;
        for (int level = levels - 1; level > 0; level--) {
            long entryAddress = table + (virtualAddress >>> 12 + 9 * level & 511) * 8;
            long entry = memory.contains(entryAddress, 8) ? memory.readLong(entryAddress) : 0;
            if ((entry & VALID) == 0) {
                return (long) PAGE_BYTES << 9 * level;
            }
            if ((entry & LEAF) != 0) {
                break;
            }
            table = (entry >>> 10 & PPN_BITS) << 12;
        }
        return PAGE_BYTES;
    }

    private long inMemory(long physicalAddress) {
        long offset = physicalAddress - memoryBase;
        return offset >= 0 && offset < memoryBytes ? physicalAddress : UNMAPPED;
    }

    public boolean isMapped(long virtualAddress) {
        return translate(virtualAddress) != UNMAPPED;
    }

    public int readByte(long virtualAddress) {
        return memory.readByte(require(virtualAddress)) & 0xff;
    }

    public int readShort(long virtualAddress) {
        return isInOnePage(virtualAddress, 2)
                ? memory.readShort(require(virtualAddress)) & 0xffff
                : (int) readCrossing(virtualAddress, 2);
    }

    public int readInt(long virtualAddress) {
        return isInOnePage(virtualAddress, 4)
                ? memory.readInt(require(virtualAddress))
                : (int) readCrossing(virtualAddress, 4);
    }

    public long readLong(long virtualAddress) {
        return isInOnePage(virtualAddress, 8)
                ? memory.readLong(require(virtualAddress))
                : readCrossing(virtualAddress, 8);
    }

    private long readCrossing(long virtualAddress, int lengthBytes) {
        long value = 0;
        for (int i = lengthBytes - 1; i >= 0; i--) {
            value = value << 8 | readByte(virtualAddress + i);
        }
        return value;
    }

    /** All of {@code lengthBytes} bytes, or a fault. */
    public byte[] read(long virtualAddress, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        int done = readAvailable(virtualAddress, bytes, lengthBytes);
        if (done < lengthBytes) {
            throw new MemoryFault(virtualAddress + done, "not mapped");
        }
        return bytes;
    }

    /** Reads up to the first address that is not mapped; returns how many bytes that were. */
    public int readAvailable(long virtualAddress, byte[] target, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes) {
            long at = virtualAddress + done;
            long physical = translate(at);
            int inPage = Math.min(lengthBytes - done, PAGE_BYTES - (int) (at & PAGE_BYTES - 1));
            if (physical == UNMAPPED || !memory.contains(physical, inPage)) {
                break;
            }
            memory.read(physical, target, done, inPage);
            done += inPage;
        }
        return done;
    }

    /** A C string as UTF-8, cut at {@code mostBytes}; what is not UTF-8 shows as replacement characters. */
    public String readString(long virtualAddress, int mostBytes) {
        return new String(readStringBytes(virtualAddress, mostBytes), StandardCharsets.UTF_8);
    }

    /** A C string's bytes without its end, cut at {@code mostBytes}. */
    public byte[] readStringBytes(long virtualAddress, int mostBytes) {
        byte[] bytes = new byte[Math.min(mostBytes, 64)];
        int done = 0;
        while (done < mostBytes) {
            if (done == bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(mostBytes, bytes.length * 4));
            }
            long physical = require(virtualAddress + done);
            int inPage = Math.min(bytes.length - done, PAGE_BYTES - (int) (virtualAddress + done & PAGE_BYTES - 1));
            for (int i = 0; i < inPage; i++) {
                byte value = (byte) memory.readByte(physical + i);
                if (value == 0) {
                    return Arrays.copyOf(bytes, done);
                }
                bytes[done++] = value;
            }
        }
        return Arrays.copyOf(bytes, done);
    }

    private long require(long virtualAddress) {
        long physical = translate(virtualAddress);
        if (physical == UNMAPPED) {
            throw new MemoryFault(virtualAddress, "not mapped");
        }
        return physical;
    }

    private static boolean isInOnePage(long virtualAddress, int lengthBytes) {
        return (virtualAddress & PAGE_BYTES - 1) <= PAGE_BYTES - lengthBytes;
    }
}
