package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a trace's bytes, reading it gives either the right content or a TraceFormatException. */
class DamageTest {
    @TempDir
    Path folder;

    private Path trace;
    private String content;

    @BeforeEach
    void writeTrace() {
        trace = folder.resolve("a.trace");
        var samples = new Samples(11);
        var ram = new CheckpointTest.Pages("ram", 500);
        ram.scribble(new Random(8), 60);
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            for (int i = 0; i < 240; i++) {
                samples.appendTo(writer);
                if (i % 24 == 0) {
                    writer.flush(samples.position().step(), samples.position().virtualNanos());
                }
            }
            Position at = samples.position();
            writer.checkpoint("one", at.step(), at.virtualNanos(), new byte[700], List.of(ram));
            writer.end(new EndRecord(at.step(), at.virtualNanos(), EndReason.POWER_OFF, "ok"));
        }
        content = readAll();
    }

    @Test
    void aFlippedBitIsFoundOrHarmless() throws IOException {
        var random = new Random(21);
        int found = 0;
        int flips = 0;
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 250; i++) {
                byte[] bad = good.clone();
                // Half of them near the start, where the lengths and headers are.
                int at = random.nextInt(i % 2 == 0 ? bad.length : Math.min(bad.length, 20_000));
                bad[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bad);
                found += damageIsFound(file + " byte " + at) ? 1 : 0;
                flips++;
            }
            Files.write(file, good);
        }
        assertTrue(found > flips / 3, found + " of " + flips + " found");
        assertEquals(content, readAll());
    }

    @Test
    void everyFlippedBitOfBlocksPagesImagesAndManifestIsFound() throws IOException {
        var random = new Random(22);
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            // Chronicle's own header and index before the first block are never read.
            int from = file.toString().endsWith(".cq4") ? firstBlock(good) : 0;
            for (int i = 0; i < 200; i++) {
                byte[] bad = good.clone();
                int at = from + random.nextInt(bad.length - from);
                if (isPadding(good, file, at)) {
                    continue;
                }
                bad[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bad);
                assertTrue(damageIsFound(file + " byte " + at), file + " byte " + at);
            }
            Files.write(file, good);
        }
    }

    @Test
    void aTruncatedFileIsFound() throws IOException {
        var random = new Random(23);
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 60; i++) {
                // The last four bytes of a log are the zero word behind its end.
                int length = random.nextInt(good.length - (file.toString().endsWith(".cq4") ? 4 : 0));
                Files.write(file, Arrays.copyOf(good, length));
                assertTrue(damageIsFound(file + " cut to " + length), file + " cut to " + length);
            }
            Files.write(file, good);
        }
    }

    @Test
    void aZeroedRangeInALogIsFoundEvenIfNothingSaysThatTheLogWasClosed() throws IOException {
        Files.delete(trace.resolve(TraceLayout.SEAL));
        var random = new Random(24);
        for (LogKind log : LogKind.values()) {
            Path file = TraceLayout.queueFile(trace, log);
            byte[] good = Files.readAllBytes(file);
            int from = firstBlock(good);
            for (int i = 0; i < 100; i++) {
                byte[] bad = good.clone();
                int length = 1 + random.nextInt(3000);
                // What is behind the range shows it: at least one block's header must be left there.
                int at = from + random.nextInt(good.length - from - length - 1200);
                Arrays.fill(bad, at, at + length, (byte) 0);
                if (!Arrays.equals(good, bad)) {
                    Files.write(file, bad);
                    assertTrue(damageIsFound("zeros"), file + " zeroed " + at + " + " + length);
                }
            }
            Files.write(file, good);
        }
    }

    /** Seen after a kill: Chronicle fills an excerpt before it sets its length word. */
    @Test
    void aBlockWhoseWriterDiedBeforeItSetTheLengthDoesNotCount() throws IOException {
        Files.delete(trace.resolve(TraceLayout.SEAL));
        Path file = TraceLayout.queueFile(trace, LogKind.INPUTS);
        byte[] good = Files.readAllBytes(file);
        List<Integer> words = lengthWords(good);
        for (int word : new int[] {0, 0x8000_0000}) {
            byte[] last = good.clone();
            ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN).putInt(words.getLast(), word);
            Files.write(file, last);
            try (var reader = TraceReader.open(trace)) {
                reader.verifyAll();
                assertTrue(reader.durableEnd().end().isEmpty(), "the end record is the block that does not count");
                assertEquals(words.size() - 1, reader.durableEnd().inputBlocks());
            }
            byte[] earlier = good.clone();
            ByteBuffer.wrap(earlier).order(ByteOrder.LITTLE_ENDIAN).putInt(words.get(words.size() - 2), word);
            Files.write(file, earlier);
            assertThrows(TraceFormatException.class, this::readAll, "a later block was committed");
        }
    }

    @Test
    void hostileLengthsTakeNoMemory() throws IOException {
        Path file = TraceLayout.queueFile(trace, LogKind.INPUTS);
        byte[] good = Files.readAllBytes(file);
        int word = firstBlock(good) - 4;
        int header = word + 4;
        for (int value : new int[] {0x3FFF_FFFF, 0x7FFF_FFFF, -1, 1, 107, good.length}) {
            byte[] bad = good.clone();
            ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(word, value);
            Files.write(file, bad);
            assertThrows(TraceFormatException.class, this::readAll, "excerpt length " + Integer.toHexString(value));
        }
        for (int field : new int[] {56, 60, 96}) {
            for (int value : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1 << 20}) {
                byte[] bad = good.clone();
                ByteBuffer in = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
                in.putInt(header + field, value);
                in.putInt(header + 104, BlockHeader.crc(bad, header, 104));
                Files.write(file, bad);
                assertThrows(TraceFormatException.class, this::readAll, "header field " + field + " = " + value);
            }
        }
    }

    @Test
    void randomContentInAWellFormedBlockIsFoundOrDecodes() {
        var random = new Random(25);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Samples.bytes(random, random.nextInt(200));
            drain(new InputCodec.Decoder(new ByteSource("fuzz", bytes), Position.POWER_ON));
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[0] = (byte) EntryKind.CONSOLE_RUN.code();
            }
            drain(new EventCodec.Decoder(new ByteSource("fuzz", bytes), Position.POWER_ON));
        }
    }

    @Test
    void aBlockOfAnotherTraceDoesNotFit() throws IOException {
        Path other = folder.resolve("other.trace");
        var samples = new Samples(12);
        try (var writer = TraceWriter.create(other, ManifestTest.withGuest("other"), Samples.BOOT)) {
            samples.appendTo(writer);
            writer.end(new EndRecord(1L << 50, 1L << 50, EndReason.STOPPED, ""));
        }
        Files.copy(
                TraceLayout.queueFile(other, LogKind.EVENTS),
                TraceLayout.queueFile(trace, LogKind.EVENTS),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        TraceFormatException e = assertThrows(TraceFormatException.class, this::readAll);
        assertTrue(e.getMessage().contains("with which the recording began"), e.getMessage());
    }

    @Test
    void aLinkOrAFolderWhereAFileShouldBeIsRefused() throws IOException {
        for (Path file : files()) {
            Path kept = folder.resolve("kept");
            Files.move(file, kept);
            Files.createDirectory(file);
            assertTrue(damageIsFound("a folder"), file.toString());
            Files.delete(file);
            Files.createSymbolicLink(file, Path.of("/dev/zero"));
            assertTrue(damageIsFound("a device"), file.toString());
            Files.delete(file);
            Files.move(kept, file);
        }
    }

    private static void drain(EntryDecoder<?> decoder) {
        try {
            while (decoder.hasNext()) {
                decoder.next();
            }
        } catch (TraceFormatException e) {
            assertTrue(e.getMessage().startsWith("fuzz"), e.getMessage());
        }
    }

    /** Reads all; anything but the right content or a format exception fails the test. */
    private boolean damageIsFound(String what) {
        try {
            assertEquals(content, readAll(), what);
            return false;
        } catch (TraceFormatException e) {
            return true;
        }
    }

    private String readAll() {
        var text = new StringBuilder();
        try (var reader = TraceReader.open(trace);
                var inputs = reader.inputs();
                var events = reader.events()) {
            reader.verifyAll();
            text.append(reader.durableEnd()).append(reader.manifest().guest());
            for (var event = inputs.next(); event != null; event = inputs.next()) {
                text.append(Samples.text(event));
            }
            for (var entry = events.next(); entry != null; entry = events.next()) {
                text.append(Samples.text(entry));
            }
            var ram = new CheckpointTest.Pages("ram", 500);
            try (var store = reader.checkpoints()) {
                for (Checkpoint checkpoint : store.list()) {
                    StoredState state = store.load(checkpoint);
                    store.restore(state, List.of(ram));
                    text.append(checkpoint).append(Arrays.hashCode(state.sections()));
                }
            }
            text.append(ram.contentHash());
        }
        return text.toString();
    }

    private List<Path> files() {
        try (var all = Files.walk(trace)) {
            List<Path> files = new ArrayList<>(all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".cq4t") && !file.endsWith("checkpoints/lock"))
                    .sorted()
                    .toList());
            assertEquals(8, files.size(), files.toString());
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Excerpts are padded to four bytes; Chronicle leaves in the padding what was there. */
    private static boolean isPadding(byte[] good, Path file, int at) {
        if (!file.toString().endsWith(".cq4")) {
            return false;
        }
        for (int word : lengthWords(good)) {
            int end = word
                    + 4
                    + ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(word);
            if (at >= end && at < (end + 3 & ~3)) {
                return true;
            }
        }
        return false;
    }

    /** Offsets of the length words of all blocks. */
    private static List<Integer> lengthWords(byte[] good) {
        ByteBuffer in = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> words = new ArrayList<>();
        for (int word = firstBlock(good) - 4; in.getInt(word) != 0; word = word + 4 + in.getInt(word) + 3 & ~3) {
            words.add(word);
        }
        return words;
    }

    private static int firstBlock(byte[] file) {
        for (int at = 0; ; at += 4) {
            if (file[at] == 'R' && BlockHeader.isAt(file, at)) {
                return at;
            }
        }
    }
}
