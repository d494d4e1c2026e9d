package dev.retrovisor.machine.disk;

import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import dev.retrovisor.machine.state.Xxh64;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * A disk's content: an immutable base image and, over it, the pages of 4 KiB that the guest changed.
 *
 * <p>A page is <em>present</em> once it was written, and stays so: presence is a function of the writes made, also
 * where a page got the base's bytes again, and {@link #contentHash} covers the present pages. Pages of zeros take no
 * room in the storage. In which slot a page lies is host bookkeeping and shows nowhere.
 *
 * <p>The disk may be larger than its base: what lies behind the base is zero. The state's section holds the size only;
 * pages are saved through {@link PageSpace}.
 */
public final class DiskOverlay implements Stateful, PageSpace {
    /** Unit of addressing and least unit of a write. */
    public static final int SECTOR_BYTES = 512;

    private static final int REGION_PAGES_LOG2 = 10;
    private static final int REGION_PAGES = 1 << REGION_PAGES_LOG2;
    private static final int ABSENT = -1;
    private static final int ZERO = -2;
    private static final byte[] ZERO_PAGE = new byte[PAGE_BYTES];
    private static final long ZERO_HASH = Xxh64.hash(ZERO_PAGE, 0, PAGE_BYTES, 0);

    private final String name;
    private final long sizeBytes;
    private final DiskImage base;
    private final PageStorage storage;

    @Derived("index of the pages, which are saved through PageSpace")
    private final Region[] regions;

    @Derived("follows from the pages")
    private long contentHash;

    @Derived("host bookkeeping: pages changed since they were last forgotten")
    private long writtenPages;

    @Derived("host bookkeeping: slots ever used")
    private int slots;

    @Derived("host bookkeeping: slots given back, a stack")
    private int[] freeSlots = new int[16];

    @Derived("host bookkeeping: height of that stack")
    private int freeCount;

    @Derived("holds a page during one call")
    private final byte[] page = new byte[PAGE_BYTES];

    /** The index of 4 MiB of disk: made when a page in it is first written. */
    private static final class Region {
        final int[] slots = new int[REGION_PAGES];
        final long[] hashes = new long[REGION_PAGES];

        /** Pages changed since they were last forgotten. */
        final BitSet written = new BitSet(REGION_PAGES);

        Region() {
            Arrays.fill(slots, ABSENT);
        }
    }

    /**
     * A disk that shows the base and nothing else.
     *
     * @param disk the disk's number on its board
     * @param sizeBytes a multiple of 512, not less than the base
     */
    public DiskOverlay(int disk, long sizeBytes, DiskImage base, PageStorage storage) {
        if (sizeBytes < 0 || sizeBytes % SECTOR_BYTES != 0 || sizeBytes < base.sizeBytes()) {
            throw new IllegalArgumentException(
                    "disk of %d bytes over an image of %d bytes: must be a multiple of %d, no smaller"
                            .formatted(sizeBytes, base.sizeBytes(), SECTOR_BYTES));
        }
        this.name = "disk" + disk;
        this.sizeBytes = sizeBytes;
        this.base = base;
        this.storage = storage;
        this.regions = new Region[Math.toIntExact((pageCount() + REGION_PAGES - 1) >> REGION_PAGES_LOG2)];
    }

    @Override
    public String name() {
        return name;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /** Copies a range of the disk, which must lie inside it. */
    public void read(long offsetBytes, byte[] target, int targetOffset, int lengthBytes) {
        checkRange(offsetBytes, lengthBytes);
        long at = offsetBytes;
        int done = 0;
        while (done < lengthBytes) {
            long number = at / PAGE_BYTES;
            int inPage = (int) (at % PAGE_BYTES);
            int count = Math.min(PAGE_BYTES - inPage, lengthBytes - done);
            int slot = slotOf(number);
            if (slot == ABSENT) {
                // One read of the base for a whole run of absent pages.
                while (count < lengthBytes - done && slotOf((at + count) / PAGE_BYTES) == ABSENT) {
                    count = Math.min(count + PAGE_BYTES, lengthBytes - done);
                }
                readBase(at, target, targetOffset + done, count);
            } else if (slot == ZERO) {
                Arrays.fill(target, targetOffset + done, targetOffset + done + count, (byte) 0);
            } else if (count == PAGE_BYTES) {
                storage.read(slot, target, targetOffset + done);
            } else {
                storage.read(slot, page, 0);
                System.arraycopy(page, inPage, target, targetOffset + done, count);
            }
            at += count;
            done += count;
        }
    }

    /** Replaces a range of the disk, which must lie inside it. */
    public void write(long offsetBytes, byte[] source, int sourceOffset, int lengthBytes) {
        checkRange(offsetBytes, lengthBytes);
        int done = 0;
        while (done < lengthBytes) {
            long number = (offsetBytes + done) / PAGE_BYTES;
            int inPage = (int) ((offsetBytes + done) % PAGE_BYTES);
            int count = Math.min(PAGE_BYTES - inPage, lengthBytes - done);
            if (count == PAGE_BYTES) {
                store(number, source, sourceOffset + done);
            } else {
                readPage(number, page);
                System.arraycopy(source, sourceOffset + done, page, inPage, count);
                store(number, page, 0);
            }
            done += count;
        }
    }

    /** Writes zeros to a range of the disk, which must lie inside it. */
    public void zero(long offsetBytes, long lengthBytes) {
        checkRange(offsetBytes, lengthBytes);
        long at = offsetBytes;
        long end = offsetBytes + lengthBytes;
        while (at < end) {
            long number = at / PAGE_BYTES;
            int inPage = (int) (at % PAGE_BYTES);
            int count = (int) Math.min(PAGE_BYTES - inPage, end - at);
            if (count == PAGE_BYTES && !isZeroBehindBase(number)) {
                storeZero(number);
            } else if (count < PAGE_BYTES) {
                readPage(number, page);
                Arrays.fill(page, inPage, inPage + count, (byte) 0);
                store(number, page, 0);
            }
            at += count;
        }
    }

    /**
     * Forgets what whole pages inside a range hold: present ones become zero and give their room back. Absent ones keep
     * the base's bytes, so that a discard of a whole large disk costs nothing; a driver may expect neither.
     */
    public void discard(long offsetBytes, long lengthBytes) {
        checkRange(offsetBytes, lengthBytes);
        long end = (offsetBytes + lengthBytes) / PAGE_BYTES;
        long number = (offsetBytes + PAGE_BYTES - 1) / PAGE_BYTES;
        while (number < end) {
            Region region = regions[(int) (number >> REGION_PAGES_LOG2)];
            if (region == null) {
                number = ((number >> REGION_PAGES_LOG2) + 1) << REGION_PAGES_LOG2;
                continue;
            }
            if (slotOf(number) != ABSENT) {
                storeZero(number);
            }
            number++;
        }
    }

    @Override
    public long pageCount() {
        return (sizeBytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    @Override
    public void forEachPresent(LongConsumer visitor) {
        for (int i = 0; i < regions.length; i++) {
            Region region = regions[i];
            if (region != null) {
                for (int j = 0; j < REGION_PAGES; j++) {
                    if (region.slots[j] != ABSENT) {
                        visitor.accept(((long) i << REGION_PAGES_LOG2) + j);
                    }
                }
            }
        }
    }

    @Override
    public void readPage(long number, byte[] target) {
        Objects.checkIndex(number, pageCount());
        int slot = slotOf(number);
        if (slot == ABSENT) {
            readBase(number * PAGE_BYTES, target, 0, PAGE_BYTES);
        } else if (slot == ZERO) {
            Arrays.fill(target, 0, PAGE_BYTES, (byte) 0);
        } else {
            storage.read(slot, target, 0);
        }
    }

    /** {@inheritDoc} Bytes behind the disk's end are taken as zero. */
    @Override
    public void writePage(long number, byte[] source) {
        Objects.checkIndex(number, pageCount());
        long room = sizeBytes - number * PAGE_BYTES;
        if (room >= PAGE_BYTES) {
            store(number, source, 0);
        } else {
            System.arraycopy(source, 0, page, 0, (int) room);
            Arrays.fill(page, (int) room, PAGE_BYTES, (byte) 0);
            store(number, page, 0);
        }
    }

    @Override
    public void clearPages() {
        for (int i = 0; i < regions.length; i++) {
            if (regions[i] != null) {
                clear(regions[i]);
            }
        }
        contentHash = 0;
        slots = 0;
        freeCount = 0;
        storage.clear();
    }

    private void clear(Region region) {
        for (int j = 0; j < REGION_PAGES; j++) {
            if (region.slots[j] != ABSENT) {
                noteWritten(region, j);
            }
        }
        Arrays.fill(region.slots, ABSENT);
    }

    @Override
    public void erasePage(long number) {
        Objects.checkIndex(number, pageCount());
        int slot = slotOf(number);
        if (slot == ABSENT) {
            return;
        }
        Region region = regionFor(number);
        int entry = (int) number & (REGION_PAGES - 1);
        if (slot >= 0) {
            giveBack(slot);
        }
        contentHash -= term(number, region.hashes[entry]);
        region.slots[entry] = ABSENT;
        noteWritten(region, entry);
    }

    @Override
    public void forEachWritten(LongConsumer visitor) {
        for (int i = 0; i < regions.length; i++) {
            if (regions[i] != null) {
                long first = (long) i << REGION_PAGES_LOG2;
                regions[i].written.stream().forEach(entry -> visitor.accept(first + entry));
            }
        }
    }

    @Override
    public long writtenPages() {
        return writtenPages;
    }

    @Override
    public void forgetWritten() {
        writtenPages = 0;
        for (Region region : regions) {
            if (region != null) {
                region.written.clear();
            }
        }
    }

    @Override
    public long contentHash() {
        return contentHash;
    }

    @Override
    public void save(StateWriter out) {
        out.putLong(sizeBytes);
    }

    @Override
    public void load(StateReader in) {
        long found = in.getLong();
        if (found != sizeBytes) {
            throw new StateFormatException("%s: found %d bytes, this disk has %d".formatted(name, found, sizeBytes));
        }
    }

    private int slotOf(long number) {
        Region region = regions[(int) (number >> REGION_PAGES_LOG2)];
        return region == null ? ABSENT : region.slots[(int) number & (REGION_PAGES - 1)];
    }

    private boolean isZeroBehindBase(long number) {
        return number * PAGE_BYTES >= base.sizeBytes() && slotOf(number) == ABSENT;
    }

    private void readBase(long offsetBytes, byte[] target, int targetOffset, int lengthBytes) {
        int inBase = Math.clamp(base.sizeBytes() - offsetBytes, 0, lengthBytes);
        if (inBase > 0) {
            base.read(offsetBytes, target, targetOffset, inBase);
        }
        Arrays.fill(target, targetOffset + inBase, targetOffset + lengthBytes, (byte) 0);
    }

    private void store(long number, byte[] source, int sourceOffset) {
        if (Arrays.equals(source, sourceOffset, sourceOffset + PAGE_BYTES, ZERO_PAGE, 0, PAGE_BYTES)) {
            storeZero(number);
            return;
        }
        Region region = regionFor(number);
        int entry = (int) number & (REGION_PAGES - 1);
        int slot = region.slots[entry] >= 0 ? region.slots[entry] : takeSlot();
        setEntry(number, region, entry, slot, Xxh64.hash(source, sourceOffset, PAGE_BYTES, 0));
        storage.write(slot, source, sourceOffset);
    }

    private void storeZero(long number) {
        Region region = regionFor(number);
        int entry = (int) number & (REGION_PAGES - 1);
        if (region.slots[entry] >= 0) {
            giveBack(region.slots[entry]);
        }
        setEntry(number, region, entry, ZERO, ZERO_HASH);
    }

    private void setEntry(long number, Region region, int entry, int slot, long hash) {
        if (region.slots[entry] != ABSENT) {
            contentHash -= term(number, region.hashes[entry]);
        }
        contentHash += term(number, hash);
        region.slots[entry] = slot;
        region.hashes[entry] = hash;
        noteWritten(region, entry);
    }

    private void noteWritten(Region region, int entry) {
        if (!region.written.get(entry)) {
            region.written.set(entry);
            writtenPages++;
        }
    }

    private static long term(long number, long hash) {
        return Xxh64.avalanche(Xxh64.round(number * Xxh64.PRIME1, hash));
    }

    private Region regionFor(long number) {
        int index = (int) (number >> REGION_PAGES_LOG2);
        if (regions[index] == null) {
            regions[index] = new Region();
        }
        return regions[index];
    }

    private int takeSlot() {
        return freeCount > 0 ? freeSlots[--freeCount] : slots++;
    }

    private void giveBack(int slot) {
        if (freeCount == freeSlots.length) {
            freeSlots = Arrays.copyOf(freeSlots, freeCount * 2);
        }
        freeSlots[freeCount++] = slot;
    }

    private void checkRange(long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > sizeBytes - lengthBytes) {
            throw new IndexOutOfBoundsException(
                    "%s: %d bytes at %d, size %d".formatted(name, lengthBytes, offsetBytes, sizeBytes));
        }
    }
}
