package dev.retrovisor.machine.memory;

import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.Xxh64;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * The machine's RAM, off-heap, with a book of its pages: which ever held something, which were written since the last
 * hash and since the last checkpoint, which hold translated code.
 *
 * <p>Engines write through TLB entries without telling; they get a page's write tag only through {@link #openForWrite},
 * which enters the page as written and refuses pages whose every write must be noticed: those with translated code,
 * those that hold page tables in use and those with probes. All other writers call {@link #noteWrite}, before they write.
 */
public final class Ram implements GuestMemory, PageSpace, AutoCloseable {
    /** Physical address of the first byte. */
    public static final long BASE = 0x8000_0000L;

    public static final int PAGE_SHIFT = 12;

    private static final int PRESENT = 1;
    private static final int UNHASHED = 2;
    private static final int CODE = 4;
    private static final int TABLE = 8;
    private static final int WATCHED = CODE | TABLE;
    private static final int READ_PROBED = 16;
    private static final int WRITE_PROBED = 32;
    private static final int PROBED = READ_PROBED | WRITE_PROBED;
    private static final int CHANGED = 64;
    private static final int WRITTEN = PRESENT | UNHASHED | CHANGED;

    private final long hostBase;
    private final long sizeBytes;
    private final byte[] flags;

    /** For each page the TLB entries (plus one) that have its write tag: two of 16 bits, or {@link #MANY_ENTRIES}. */
    private final int[] writeEntries;

    private static final int ENTRY_BITS = 16;
    private static final int ENTRY = (1 << ENTRY_BITS) - 1;
    private static final int MANY_ENTRIES = -1;

    /** What each page adds to {@link #sum}; a page of zeros adds nothing. */
    private final long[] terms;

    private int[] unhashed = new int[1024];
    private int unhashedCount;

    /** The pages with {@link #CHANGED}. */
    private int[] changed = new int[1024];

    private int changedCount;
    private long sum;
    private PageWatcher watcher;

    /** Reserves {@code sizeBytes} of zeros; the host provides pages as they are written. */
    public Ram(long sizeBytes) {
        this.sizeBytes = sizeBytes;
        hostBase = OffHeap.allocate(sizeBytes);
        flags = new byte[Math.toIntExact(sizeBytes >> PAGE_SHIFT)];
        terms = new long[flags.length];
        writeEntries = new int[flags.length];
    }

    /** Sets who follows the pages; once, before the machine runs. */
    public void watch(PageWatcher newWatcher) {
        watcher = newWatcher;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean contains(long physicalAddress, long lengthBytes) {
        long offset = physicalAddress - BASE;
        return lengthBytes >= 0 && offset >= 0 && offset <= sizeBytes && lengthBytes <= sizeBytes - offset;
    }

    /** Where a RAM address lies on the host. */
    public long hostAddress(long physicalAddress) {
        return hostBase + (physicalAddress - BASE);
    }

    /** The RAM address of a host address. */
    public long physicalAddress(long hostAddress) {
        return hostAddress - hostBase + BASE;
    }

    /**
     * Enters a page as written; whether writes may go through TLB entries of number {@code entry} from now on.
     *
     * @param entry below 65,534
     */
    public boolean openForWrite(long physicalAddress, int entry) {
        int page = pageOf(physicalAddress);
        markWritten(page);
        if ((flags[page] & (WATCHED | PROBED)) != 0) {
            return false; // atomics read through the tag for writes, so probes on reads refuse it too
        }
        int known = writeEntries[page];
        int entered = entry + 1;
        if (known == 0) {
            writeEntries[page] = entered;
        } else if (known != MANY_ENTRIES && (known & ENTRY) != entered && known >>> ENTRY_BITS != entered) {
            writeEntries[page] = known >>> ENTRY_BITS == 0 ? known | entered << ENTRY_BITS : MANY_ENTRIES;
        }
        return true;
    }

    /** Whether every write to the page that holds an address must be noticed. */
    public boolean isWatched(long physicalAddress) {
        return (flags[pageOf(physicalAddress)] & (WATCHED | PROBED)) != 0;
    }

    /** Enters a write inside one page that does not go through a TLB entry and is about to happen. */
    public void noteWrite(long physicalAddress, int lengthBytes) {
        int page = pageOf(physicalAddress);
        markWritten(page);
        if ((flags[page] & WATCHED) != 0) {
            if ((flags[page] & CODE) != 0) {
                watcher.codeWritten(page, (int) physicalAddress & PAGE_BYTES - 1, lengthBytes);
            }
            if ((flags[page] & TABLE) != 0) {
                watcher.tableWritten(page, physicalAddress, lengthBytes);
            }
        }
    }

    /** Says that code of this page is being translated: writes to it are noticed from now on. */
    public void markCode(int page) {
        watchWrites(page, CODE);
    }

    /** Says that nothing translated from this page is kept any more. */
    public void unmarkCode(int page) {
        flags[page] &= ~CODE;
    }

    /** Says that translations were read from this page: writes to it are noticed from now on. */
    public void markTable(int page) {
        watchWrites(page, TABLE);
    }

    /** Says that no translation read from this page is kept any more. */
    public void unmarkTable(int page) {
        flags[page] &= ~TABLE;
    }

    /**
     * Says which accesses to a page are probed from now on. None of them goes through a TLB entry filled later: the caller
     * drops those that are there.
     */
    public void probe(int page, boolean reads, boolean writes) {
        flags[page] = (byte) (flags[page] & ~PROBED | (reads ? READ_PROBED : 0) | (writes ? WRITE_PROBED : 0));
    }

    /** Whether reads of an address's page are probed. */
    public boolean isReadProbed(long physicalAddress) {
        return (flags[pageOf(physicalAddress)] & READ_PROBED) != 0;
    }

    /** Whether writes to an address's page are probed. */
    public boolean isWriteProbed(long physicalAddress) {
        return (flags[pageOf(physicalAddress)] & WRITE_PROBED) != 0;
    }

    /** The index of the page that holds a RAM address. */
    public int pageOf(long physicalAddress) {
        return (int) (physicalAddress - BASE >>> PAGE_SHIFT);
    }

    @Override
    public int readByte(long physicalAddress) {
        return OffHeap.getByte(checked(physicalAddress, 1)) & 0xFF;
    }

    @Override
    public int readShort(long physicalAddress) {
        return OffHeap.getShort(checked(physicalAddress, 2)) & 0xFFFF;
    }

    @Override
    public int readInt(long physicalAddress) {
        return OffHeap.getInt(checked(physicalAddress, 4));
    }

    @Override
    public long readLong(long physicalAddress) {
        return OffHeap.getLong(checked(physicalAddress, 8));
    }

    @Override
    public void writeByte(long physicalAddress, int value) {
        long host = checked(physicalAddress, 1);
        noteDeviceWrite(physicalAddress, 1);
        showDeviceWrite(physicalAddress, 1, value);
        OffHeap.putByte(host, (byte) value);
    }

    @Override
    public void writeShort(long physicalAddress, int value) {
        long host = checked(physicalAddress, 2);
        noteDeviceWrite(physicalAddress, 2);
        showDeviceWrite(physicalAddress, 2, value);
        OffHeap.putShort(host, (short) value);
    }

    @Override
    public void writeInt(long physicalAddress, int value) {
        long host = checked(physicalAddress, 4);
        noteDeviceWrite(physicalAddress, 4);
        showDeviceWrite(physicalAddress, 4, value);
        OffHeap.putInt(host, value);
    }

    @Override
    public void writeLong(long physicalAddress, long value) {
        long host = checked(physicalAddress, 8);
        noteDeviceWrite(physicalAddress, 8);
        showDeviceWrite(physicalAddress, 8, value);
        OffHeap.putLong(host, value);
    }

    @Override
    public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
        OffHeap.copyOut(checked(physicalAddress, lengthBytes), target, offset, lengthBytes);
    }

    @Override
    public void write(long physicalAddress, byte[] source, int offset, int lengthBytes) {
        long host = checked(physicalAddress, lengthBytes);
        noteDeviceWrite(physicalAddress, lengthBytes);
        if (isAnyWriteProbed(physicalAddress, lengthBytes)) {
            watcher.probedByDevice(physicalAddress, source, offset, lengthBytes);
        }
        OffHeap.copyIn(source, offset, host, lengthBytes);
    }

    @Override
    public String name() {
        return "ram";
    }

    @Override
    public long pageCount() {
        return flags.length;
    }

    @Override
    public void forEachPresent(LongConsumer visitor) {
        for (int page = 0; page < flags.length; page++) {
            if ((flags[page] & PRESENT) != 0) {
                visitor.accept(page);
            }
        }
    }

    @Override
    public void readPage(long page, byte[] target) {
        OffHeap.copyOut(hostOfPage(page), target, 0, PAGE_BYTES);
    }

    @Override
    public void writePage(long page, byte[] source) {
        long host = hostOfPage(page);
        noteWrite(BASE + (page << PAGE_SHIFT), PAGE_BYTES);
        OffHeap.copyIn(source, 0, host, PAGE_BYTES);
    }

    @Override
    public void erasePage(long page) {
        long host = hostOfPage(page);
        if ((flags[(int) page] & PRESENT) != 0) {
            noteWrite(BASE + (page << PAGE_SHIFT), PAGE_BYTES);
            OffHeap.fill(host, PAGE_BYTES, 0);
            flags[(int) page] &= ~PRESENT;
        }
    }

    @Override
    public void clearPages() {
        for (int page = 0; page < flags.length; page++) {
            if ((flags[page] & PRESENT) != 0) {
                OffHeap.fill(hostOfPage(page), PAGE_BYTES, 0);
                markWritten(page);
            }
        }
        for (int page = 0; page < flags.length; page++) {
            flags[page] &= PROBED | CHANGED;
        }
        Arrays.fill(terms, 0);
        Arrays.fill(writeEntries, 0);
        unhashedCount = 0;
        sum = 0;
        watcher.cleared();
    }

    @Override
    public void forEachWritten(LongConsumer visitor) {
        int[] pages = Arrays.copyOf(changed, changedCount);
        Arrays.sort(pages);
        for (int page : pages) {
            visitor.accept(page);
        }
    }

    @Override
    public long writtenPages() {
        return changedCount;
    }

    @Override
    public void forgetWritten() {
        for (int i = 0; i < changedCount; i++) {
            flags[changed[i]] &= ~CHANGED;
        }
        changedCount = 0;
        forbidAllDirectWrites();
    }

    /** Hashes the pages written since the last call, and asks to be told of the next write to any page. */
    @Override
    public long contentHash() {
        for (int i = 0; i < unhashedCount; i++) {
            int page = unhashed[i];
            long term = term(page);
            sum += term - terms[page];
            terms[page] = term;
            flags[page] &= ~UNHASHED;
        }
        unhashedCount = 0;
        forbidAllDirectWrites();
        return sum;
    }

    @Override
    public void close() {
        OffHeap.free(hostBase, sizeBytes);
    }

    private void forbidAllDirectWrites() {
        Arrays.fill(writeEntries, 0);
        watcher.forbidAllDirectWrites();
    }

    private void watchWrites(int page, int reason) {
        if ((flags[page] & reason) == 0) {
            forbidDirectWrites(page, writeEntries[page]);
            writeEntries[page] = 0;
            flags[page] |= (byte) reason;
        }
    }

    private void forbidDirectWrites(int page, int entries) {
        if (entries == MANY_ENTRIES) {
            watcher.forbidDirectWrites(hostOfPage(page));
            return;
        }
        for (int rest = entries; rest != 0; rest >>>= ENTRY_BITS) {
            watcher.forbidDirectWrites(hostOfPage(page), (rest & ENTRY) - 1);
        }
    }

    private void markWritten(int page) {
        if ((flags[page] & WRITTEN) != WRITTEN) {
            if ((flags[page] & UNHASHED) == 0) {
                if (unhashedCount == unhashed.length) {
                    unhashed = Arrays.copyOf(unhashed, unhashedCount * 2);
                }
                unhashed[unhashedCount++] = page;
            }
            if ((flags[page] & CHANGED) == 0) {
                if (changedCount == changed.length) {
                    changed = Arrays.copyOf(changed, changedCount * 2);
                }
                changed[changedCount++] = page;
            }
            flags[page] |= WRITTEN;
        }
    }

    private void noteDeviceWrite(long physicalAddress, int lengthBytes) {
        long end = physicalAddress + lengthBytes;
        for (long at = physicalAddress; at < end; ) {
            int inPage = (int) Math.min(end - at, PAGE_BYTES - (at & PAGE_BYTES - 1));
            noteWrite(at, inPage);
            at += inPage;
        }
        watcher.writtenByDevice();
    }

    private boolean isAnyWriteProbed(long physicalAddress, int lengthBytes) {
        for (long at = physicalAddress & -PAGE_BYTES; at < physicalAddress + lengthBytes; at += PAGE_BYTES) {
            if (isWriteProbed(at)) {
                return true;
            }
        }
        return false;
    }

    private void showDeviceWrite(long physicalAddress, int sizeBytes, long value) {
        if (isAnyWriteProbed(physicalAddress, sizeBytes)) {
            var bytes = new byte[sizeBytes];
            for (int i = 0; i < sizeBytes; i++) {
                bytes[i] = (byte) (value >>> i * 8);
            }
            watcher.probedByDevice(physicalAddress, bytes, 0, sizeBytes);
        }
    }

    private long term(int page) {
        long address = hostOfPage(page);
        long a = Xxh64.PRIME1 + Xxh64.PRIME2;
        long b = Xxh64.PRIME2;
        long c = 0;
        long d = -Xxh64.PRIME1;
        long any = 0;
        for (int offset = 0; offset < PAGE_BYTES; offset += 32) {
            long first = OffHeap.getLong(address + offset);
            long second = OffHeap.getLong(address + offset + 8);
            long third = OffHeap.getLong(address + offset + 16);
            long fourth = OffHeap.getLong(address + offset + 24);
            any |= first | second | third | fourth;
            a = Xxh64.round(a, first);
            b = Xxh64.round(b, second);
            c = Xxh64.round(c, third);
            d = Xxh64.round(d, fourth);
        }
        long hash = Xxh64.avalanche(Xxh64.merge(a, b, c, d) + PAGE_BYTES);
        return any == 0 ? 0 : Xxh64.avalanche(hash + page * Xxh64.PRIME2);
    }

    private long hostOfPage(long page) {
        return hostBase + (Objects.checkIndex(page, flags.length) << PAGE_SHIFT);
    }

    private long checked(long physicalAddress, int lengthBytes) {
        if (!contains(physicalAddress, lengthBytes)) {
            throw new IndexOutOfBoundsException(
                    "%d bytes at %#x are not in RAM".formatted(lengthBytes, physicalAddress));
        }
        return hostBase + (physicalAddress - BASE);
    }
}
