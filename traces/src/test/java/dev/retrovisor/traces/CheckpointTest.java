package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.state.PageSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    /** Pages in a map. */
    static final class Pages implements PageSpace {
        private final String name;
        private final long pageCount;
        private final TreeMap<Long, byte[]> pages = new TreeMap<>();
        private final TreeSet<Long> written = new TreeSet<>();

        Pages(String name, long pageCount) {
            this.name = name;
            this.pageCount = pageCount;
        }

        void scribble(Random random, int count) {
            for (int i = 0; i < count; i++) {
                var page = new byte[PAGE_BYTES];
                switch (random.nextInt(4)) {
                    case 0 -> random.nextBytes(page);
                    case 1 -> Arrays.fill(page, (byte) random.nextInt(4));
                    case 2 -> Arrays.fill(page, random.nextInt(4000), 4096, (byte) 7);
                    default -> page[random.nextInt(4096)] = 1;
                }
                writePage(random.nextLong(pageCount), page);
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long pageCount() {
            return pageCount;
        }

        @Override
        public void forEachPresent(LongConsumer visitor) {
            pages.keySet().forEach(visitor::accept);
        }

        @Override
        public void readPage(long page, byte[] target) {
            System.arraycopy(pages.getOrDefault(page, new byte[PAGE_BYTES]), 0, target, 0, PAGE_BYTES);
        }

        @Override
        public void writePage(long page, byte[] source) {
            pages.put(page, Arrays.copyOf(source, PAGE_BYTES));
            written.add(page);
        }

        @Override
        public void erasePage(long page) {
            if (pages.remove(page) != null) {
                written.add(page);
            }
        }

        @Override
        public void clearPages() {
            written.addAll(pages.keySet());
            pages.clear();
        }

        @Override
        public void forEachWritten(LongConsumer visitor) {
            written.forEach(visitor::accept);
        }

        @Override
        public long writtenPages() {
            return written.size();
        }

        @Override
        public void forgetWritten() {
            written.clear();
        }

        @Override
        public long contentHash() {
            long hash = 0;
            for (var page : pages.entrySet()) {
                hash = hash * 31 + page.getKey() * 17 + Arrays.hashCode(page.getValue());
            }
            return hash;
        }
    }

    @Test
    void stateAndPagesComeBackFromAnyCheckpoint() {
        var random = new Random(31);
        var ram = new Pages("ram", 100_000);
        var disk = new Pages("disk0", 1L << 40);
        Path trace = folder.resolve("a.trace");
        var hashes = new long[5][];
        var states = new byte[5][];
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            for (int i = 0; i < 5; i++) {
                ram.scribble(random, 300);
                disk.scribble(random, 100);
                hashes[i] = new long[] {ram.contentHash(), disk.contentHash()};
                states[i] = Samples.bytes(random, i * 5000);
                Checkpoint made = writer.checkpoint("c" + i, i * 1000L, i * 2000L, states[i], List.of(ram, disk));
                assertEquals(i * 5000, made.stateBytes());
            }
        }
        try (var reader = TraceReader.open(trace);
                var store = reader.checkpoints()) {
            store.verify();
            List<Checkpoint> list = store.list();
            assertEquals(5, list.size());
            var otherRam = new Pages("ram", 100_000);
            var otherDisk = new Pages("disk0", 1L << 40);
            for (int i : new int[] {4, 0, 2, 1, 3}) {
                assertEquals(new Position(i * 1000L, i * 2000L), list.get(i).position());
                StoredState state = store.load(list.get(i));
                store.restore(state, List.of(otherRam, otherDisk));
                assertArrayEquals(states[i], state.sections());
                assertArrayEquals(hashes[i], new long[] {otherRam.contentHash(), otherDisk.contentHash()});
            }
            StoredState first = store.load(list.getFirst());
            assertThrows(TraceFormatException.class, () -> store.restore(first, List.of(otherDisk, otherRam)));
        }
    }

    @Test
    void equalPagesAreStoredOnceAndZeroPagesNotAtAll() throws IOException {
        var random = new Random(32);
        var ram = new Pages("ram", 10_000);
        byte[] page = Samples.bytes(random, PageSpace.PAGE_BYTES);
        for (long i = 0; i < 1000; i++) {
            ram.writePage(i, page);
            ram.writePage(2000 + i, new byte[PageSpace.PAGE_BYTES]);
        }
        Path trace = folder.resolve("a.trace");
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            writer.checkpoint("one", 1, 1, new byte[10], List.of(ram));
            writer.checkpoint("two", 2, 2, new byte[10], List.of(ram));
            assertThrows(
                    IllegalArgumentException.class, () -> writer.checkpoint("two", 2, 2, new byte[10], List.of(ram)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.checkpoint("../two", 2, 2, new byte[10], List.of(ram)));
        }
        try (var files = Files.walk(trace.resolve(TraceLayout.CHECKPOINTS))) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            assertTrue(bytes < 3 * PageSpace.PAGE_BYTES, "4,000 pages with one content took " + bytes);
        }
    }

    @Test
    void aPageThatAKilledWriterLeftUnfinishedIsCutOff() throws IOException {
        var ram = new Pages("ram", 1000);
        ram.scribble(new Random(33), 50);
        Path trace = folder.resolve("a.trace");
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            writer.checkpoint("one", 1, 1, new byte[10], List.of(ram));
        }
        Path pages = pageFiles(trace).getFirst();
        Files.write(
                pages, new byte[] {0, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, StandardOpenOption.APPEND);
        long firstHash = ram.contentHash();
        try (var reader = TraceReader.open(trace)) {
            reader.verifyAll();
            ram.scribble(new Random(34), 50);
            try (var store = reader.checkpointsForWriting()) {
                store.add("two", new Position(5, 5), 0, 0, new byte[1], List.of(ram));
            }
            reader.verifyAll();
            try (var store = reader.checkpoints()) {
                var other = new Pages("ram", 1000);
                store.restore(store.load(store.list().get(0)), List.of(other));
                assertEquals(firstHash, other.contentHash());
                store.restore(store.load(store.list().get(1)), List.of(other));
                assertEquals(ram.contentHash(), other.contentHash());
            }
        }
    }

    static List<Path> pageFiles(Path trace) throws IOException {
        try (var files = Files.list(trace.resolve(TraceLayout.CHECKPOINTS))) {
            return files.filter(file -> PageRecord.isFileName(file.getFileName().toString()))
                    .toList();
        }
    }

    @Test
    void aCheckpointOfAnotherTraceIsRefused() throws IOException {
        var ram = new Pages("ram", 10);
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        try (var writer = TraceWriter.create(one, Samples.manifest(), Samples.BOOT);
                var other = TraceWriter.create(two, ManifestTest.withGuest("other"), Samples.BOOT)) {
            writer.checkpoint("c", 1, 1, new byte[10], List.of(ram));
            other.checkpoint("d", 1, 1, new byte[10], List.of(ram));
        }
        Files.copy(one.resolve("checkpoints/c.rvc"), two.resolve("checkpoints/c.rvc"));
        try (var reader = TraceReader.open(two)) {
            assertThrows(TraceFormatException.class, reader::verifyAll);
        }
    }
}
