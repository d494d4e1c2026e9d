package dev.retrovisor.machine.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateCoverage;
import dev.retrovisor.machine.state.StateFormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DiskOverlayTest {
    private static final int BASE_BYTES = 9 * 4096 + 1536;
    private static final int DISK_BYTES = 20 * 4096 + 512;

    private final byte[] model = Arrays.copyOf(baseBytes(), DISK_BYTES);
    private final DiskOverlay disk = overlay();

    @Test
    void anUntouchedDiskShowsItsBaseAndThenZeros() {
        assertArrayEquals(model, content(disk));
        assertEquals(List.of(), present(disk));
        assertEquals(0, disk.contentHash());
    }

    @Test
    void randomWritesZeroesAndDiscardsMatchAPlainArray() {
        var random = new Random(7);
        for (int i = 0; i < 3000; i++) {
            int start = random.nextInt(DISK_BYTES / 512);
            int length = random.nextInt(Math.min(40, DISK_BYTES / 512 - start) + 1) * 512;
            start *= 512;
            switch (random.nextInt(4)) {
                case 0 -> disk.zero(start, length);
                case 1 -> {
                    discardFromModel(start, length);
                    disk.discard(start, length);
                    continue;
                }
                default -> {
                    var bytes = new byte[length + 3];
                    random.nextBytes(bytes);
                    disk.write(start, bytes, 3, length);
                    System.arraycopy(bytes, 3, model, start, length);
                    continue;
                }
            }
            Arrays.fill(model, start, start + length, (byte) 0);
        }
        assertArrayEquals(model, content(disk));
        DiskOverlay copy = copyOf(disk);
        assertArrayEquals(model, content(copy));
        assertEquals(disk.contentHash(), copy.contentHash());
        assertEquals(present(disk), present(copy));
    }

    @Test
    void theHashDependsOnContentAndPlaceOnly() {
        DiskOverlay other = overlay();
        byte[] first = filled(1);
        byte[] second = filled(2);
        disk.write(4096, first, 0, 4096);
        disk.write(3 * 4096, second, 0, 4096);
        other.write(3 * 4096, first, 0, 4096);
        other.write(4096, second, 0, 4096);
        assertNotEquals(disk.contentHash(), other.contentHash(), "swapped pages are another disk");
        other.write(3 * 4096, second, 0, 4096);
        other.write(4096, first, 0, 4096);
        assertEquals(disk.contentHash(), other.contentHash(), "the order of writes and the slots do not show");
        disk.zero(4096, 4096);
        other.discard(4096, 4096);
        assertEquals(disk.contentHash(), other.contentHash(), "a page of zeros is one, wherever it came from");
        other.write(4096, new byte[4096], 0, 4096);
        assertEquals(disk.contentHash(), other.contentHash());
    }

    @Test
    void clearingShowsTheBaseAgain() {
        disk.write(0, filled(3), 0, 4096);
        disk.clearPages();
        assertArrayEquals(baseBytes(), Arrays.copyOf(content(disk), BASE_BYTES));
        assertEquals(0, disk.contentHash());
        disk.write(0, filled(4), 0, 4096);
        assertEquals(List.of(0L), present(disk));
    }

    @Test
    void bytesBehindTheEndOfTheLastPageAreZero() {
        DiskOverlay other = overlay();
        disk.writePage(20, filled(9));
        other.write(20 * 4096, filled(9), 0, 512);
        assertEquals(other.contentHash(), disk.contentHash());
    }

    @Test
    void slotsGivenBackAreUsedAgain() {
        var storage = new CountingStorage();
        var small = new DiskOverlay(0, DISK_BYTES, base(), storage);
        for (int i = 0; i < 100; i++) {
            small.write(i % 20 * 4096L, filled(i + 1), 0, 4096);
            small.discard(i % 20 * 4096L, 4096);
        }
        assertEquals(0, storage.highestSlot, "one page at a time needs one slot");
    }

    @Test
    void rangesBehindTheEndAreRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> disk.read(DISK_BYTES - 512, new byte[1024], 0, 1024));
        assertThrows(IndexOutOfBoundsException.class, () -> disk.zero(-512, 512));
        assertThrows(IndexOutOfBoundsException.class, () -> disk.writePage(21, new byte[4096]));
    }

    @Test
    void aStateOfADiskOfAnotherSizeIsRefused() {
        StateCoverage.check(disk, DiskOverlayTest::overlay);
        var other = new DiskOverlay(0, DISK_BYTES + 512, base(), new HeapPageStorage());
        byte[] saved = StateCoverage.save(disk);
        assertThrows(StateFormatException.class, () -> StateCoverage.load(other, saved));
    }

    /** A page that is not present keeps its base under a discard. */
    private void discardFromModel(int start, int length) {
        for (long page : present(disk)) {
            if (page * 4096 >= start && (page + 1) * 4096 <= start + length) {
                Arrays.fill(model, (int) page * 4096, (int) (page + 1) * 4096, (byte) 0);
            }
        }
    }

    private static final class CountingStorage implements PageStorage {
        private final HeapPageStorage pages = new HeapPageStorage();
        private int highestSlot;

        @Override
        public void read(int slot, byte[] target, int targetOffset) {
            pages.read(slot, target, targetOffset);
        }

        @Override
        public void write(int slot, byte[] source, int sourceOffset) {
            highestSlot = Math.max(highestSlot, slot);
            pages.write(slot, source, sourceOffset);
        }

        @Override
        public void clear() {
            pages.clear();
        }

        @Override
        public void close() {
            pages.close();
        }
    }

    private static DiskOverlay overlay() {
        return new DiskOverlay(0, DISK_BYTES, base(), new HeapPageStorage());
    }

    private static DiskOverlay copyOf(DiskOverlay disk) {
        DiskOverlay copy = overlay();
        var page = new byte[PageSpace.PAGE_BYTES];
        disk.forEachPresent(number -> {
            disk.readPage(number, page);
            copy.writePage(number, page);
        });
        return copy;
    }

    private static byte[] content(DiskOverlay disk) {
        var bytes = new byte[DISK_BYTES];
        disk.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static List<Long> present(DiskOverlay disk) {
        var pages = new ArrayList<Long>();
        disk.forEachPresent(pages::add);
        return pages;
    }

    private static byte[] filled(int value) {
        var bytes = new byte[4096];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] baseBytes() {
        var bytes = new byte[BASE_BYTES];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private static DiskImage base() {
        byte[] bytes = baseBytes();
        return new DiskImage() {
            @Override
            public long sizeBytes() {
                return bytes.length;
            }

            @Override
            public void read(long offsetBytes, byte[] target, int targetOffset, int lengthBytes) {
                System.arraycopy(bytes, (int) offsetBytes, target, targetOffset, lengthBytes);
            }
        };
    }
}
