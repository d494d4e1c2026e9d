package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceRoundTripTest {
    @TempDir
    Path folder;

    @Test
    void everyEventComesBackAsItWas() {
        int count = 100_000;
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        var random = new Random(7);
        Path trace = folder.resolve("a.trace");
        var samples = new Samples(42);
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            for (int i = 0; i < count; i++) {
                String text = samples.appendTo(writer);
                (text.startsWith("in ") ? inputs : outputs).add(text);
                if (random.nextInt(500) == 0) {
                    writer.flush(samples.position().step(), samples.position().virtualNanos());
                }
            }
            Position end = samples.position();
            writer.end(new EndRecord(end.step(), end.virtualNanos(), EndReason.POWER_OFF, "done"));
        }

        try (var reader = TraceReader.open(trace)) {
            DurableEnd end = reader.durableEnd();
            assertEquals(samples.position(), end.position());
            assertEquals(
                    Optional.of(new EndRecord(
                            samples.position().step(), samples.position().virtualNanos(), EndReason.POWER_OFF, "done")),
                    end.end());
            assertEquals(inputs.size(), end.inputs());
            assertEquals(outputs.size(), end.entries());
            requireSame(reader, inputs, outputs);
            reader.verifyAll();
            var info = TraceInfo.of(reader);
            assertEquals(
                    count,
                    info.entriesByKind().values().stream().mapToLong(n -> n).sum());
            assertTrue(info.sizes().totalBytes() > 0);
            assertArrayEquals(Samples.BOOT.kernel().bytes(), reader.bootImages().kernel());
            assertEquals(0, reader.bootImages().bios().length);
        }
    }

    private static void requireSame(TraceReader reader, List<String> inputs, List<String> outputs) {
        try (var cursor = reader.inputs()) {
            for (String expected : inputs) {
                assertEquals(expected, "in " + Samples.text(cursor.next()));
            }
            assertNull(cursor.next());
        }
        try (var cursor = reader.events()) {
            for (String expected : outputs) {
                assertEquals(expected, "out " + Samples.text(cursor.next()));
            }
            assertNull(cursor.peek());
        }
        for (int ordinal : new int[] {0, 1, 777, outputs.size() - 1}) {
            try (var cursor = reader.events()) {
                cursor.skipTo(ordinal);
                assertEquals(outputs.get(ordinal), "out " + Samples.text(cursor.next()), "entry " + ordinal);
            }
        }
        try (var cursor = reader.inputs()) {
            cursor.skipTo(inputs.size());
            assertNull(cursor.next());
            assertThrows(IllegalArgumentException.class, () -> cursor.skipTo(inputs.size() + 1L));
        }
    }

    @Test
    void stepsOfCoalescedConsoleBytesAreExact() {
        Path trace = folder.resolve("a.trace");
        var random = new Random(5);
        List<String> expected = new ArrayList<>();
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            long step = 0;
            for (int i = 0; i < 60_000; i++) {
                step += switch (random.nextInt(40)) {
                    case 0 -> random.nextLong(1L << 40);
                    case 1 -> 0;
                    case 2 -> random.nextInt(100);
                    default -> 12 + i / 5000;
                };
                int console = i / 1000 % 3 == 2 ? -1 : 0;
                var event = new DeviceEvent.ConsoleOutput(step, console, new byte[] {(byte) i});
                writer.append(event);
                expected.add(Samples.text(new TraceEntry.Device(event)));
            }
            writer.flush();
        }
        try (var reader = TraceReader.open(trace);
                var cursor = reader.events()) {
            for (String text : expected) {
                assertEquals(text, Samples.text(cursor.next()));
            }
            assertNull(cursor.next());
            assertTrue(reader.durableEnd().end().isEmpty(), "closed without an end record: open-ended");
        }
    }

    @Test
    void extremeValuesComeBack() {
        Path trace = folder.resolve("a.trace");
        var big = new byte[TraceLayout.MAX_PAYLOAD_BYTES];
        new Random(9).nextBytes(big);
        List<InputEvent> inputs = List.of(
                new InputEvent.ConsoleInput(0, 0, Integer.MIN_VALUE, new byte[0]),
                new InputEvent.ConsoleResize(5, 5, Integer.MAX_VALUE, -1, 0),
                new InputEvent.FrameArrival(5, 9, 0, big),
                new InputEvent.WallClock(Long.MAX_VALUE / 2, Long.MAX_VALUE, Long.MIN_VALUE),
                new InputEvent.WallClock(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
        List<DeviceEvent> outputs = List.of(
                new DeviceEvent.FrameSent(0, 0, big),
                new DeviceEvent.DiskWrite(1, -1, Long.MAX_VALUE, Integer.MAX_VALUE, -1),
                new DeviceEvent.DiskWrite(1, 3, Long.MIN_VALUE, Integer.MIN_VALUE, 1),
                new DeviceEvent.ConsoleOutput(Long.MAX_VALUE, 0, big));
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            inputs.forEach(writer::append);
            outputs.forEach(writer::append);
            writer.end(new EndRecord(Long.MAX_VALUE, Long.MAX_VALUE, EndReason.LIMIT, "\u00e9".repeat(2000)));
        }
        try (var reader = TraceReader.open(trace);
                var inputCursor = reader.inputs();
                var eventCursor = reader.events()) {
            inputs.forEach(event -> assertEquals(Samples.text(event), Samples.text(inputCursor.next())));
            outputs.forEach(event ->
                    assertEquals(Samples.text(new TraceEntry.Device(event)), Samples.text(eventCursor.next())));
            assertEquals(
                    "\u00e9".repeat(512),
                    reader.durableEnd().end().orElseThrow().detail());
        }
    }

    @Test
    void anEventTooLargeOrBackInTimeIsRefused() {
        try (var writer = TraceWriter.create(folder.resolve("a.trace"), Samples.manifest(), Samples.BOOT)) {
            writer.append(new InputEvent.WallClock(10, 10, 1));
            writer.flush(20, 25);
            assertThrows(IllegalArgumentException.class, () -> writer.append(new InputEvent.WallClock(19, 30, 1)));
            assertThrows(IllegalArgumentException.class, () -> writer.flush(19, 30));
            var tooLarge = new byte[TraceLayout.MAX_PAYLOAD_BYTES + 1];
            assertThrows(
                    IllegalArgumentException.class, () -> writer.append(new DeviceEvent.FrameSent(30, 0, tooLarge)));
            writer.append(new DeviceEvent.Power(30, DeviceEvent.Power.Change.OFF));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.append(new DeviceEvent.Power(29, DeviceEvent.Power.Change.OFF)));
        }
    }

    @Test
    void aFolderWithSomethingInItIsNotOverwritten() throws Exception {
        Files.writeString(folder.resolve("precious"), "x");
        assertThrows(
                java.io.UncheckedIOException.class, () -> TraceWriter.create(folder, Samples.manifest(), Samples.BOOT));
    }

    @Test
    void aReaderFollowsATraceThatIsBeingWritten() {
        Path trace = folder.resolve("a.trace");
        var samples = new Samples(3);
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT);
                var reader = TraceReader.open(trace);
                var inputs = reader.inputs();
                var events = reader.events()) {
            List<String> expectedInputs = new ArrayList<>();
            List<String> expectedEvents = new ArrayList<>();
            for (int round = 0; round < 200; round++) {
                for (int i = 0; i < 30; i++) {
                    String text = samples.appendTo(writer);
                    (text.startsWith("in ") ? expectedInputs : expectedEvents).add(text);
                }
                writer.flush(samples.position().step(), samples.position().virtualNanos());
                assertEquals(samples.position(), reader.refresh().position());
                while (inputs.peek() != null) {
                    assertEquals(expectedInputs.removeFirst(), "in " + Samples.text(inputs.next()));
                }
                while (events.peek() != null) {
                    assertEquals(expectedEvents.removeFirst(), "out " + Samples.text(events.next()));
                }
                assertTrue(expectedInputs.isEmpty() && expectedEvents.isEmpty(), "what is flushed can be read");
            }
            Position end = samples.position();
            writer.end(new EndRecord(end.step(), end.virtualNanos(), EndReason.STOPPED, ""));
            assertEquals(EndReason.STOPPED, reader.refresh().end().orElseThrow().reason());
            assertEquals(reader.chainHeads(), reader.verifyChain());
        }
    }

    @Test
    void aWriterMayBeHandedFromThreadToThread() throws Exception {
        Path trace = folder.resolve("a.trace");
        var created = new java.util.concurrent.CompletableFuture<TraceWriter>();
        Thread.ofPlatform()
                .start(() -> created.complete(TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)))
                .join();
        TraceWriter writer = created.get();
        var samples = new Samples(6);
        for (int i = 0; i < 50_000; i++) {
            samples.appendTo(writer);
        }
        Thread.ofPlatform()
                .start(() -> {
                    Position end = samples.position();
                    writer.end(new EndRecord(end.step(), end.virtualNanos(), EndReason.STOPPED, ""));
                    writer.close();
                })
                .join();
        try (var reader = TraceReader.open(trace)) {
            assertTrue(reader.durableEnd().end().isPresent());
            reader.verifyAll();
        }
    }

    @Test
    void anImageThatIsAlteredAfterItWasWrittenIsFoundWhateverItsTime() throws Exception {
        Path trace = folder.resolve("a.trace");
        var later = InstantSource.offset(InstantSource.system(), Duration.ofHours(1));
        var hashes = new ImageHashes(folder.resolve("cache"), later);
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            writer.rememberImages(hashes);
        }
        try (var reader = TraceReader.open(trace)) {
            Path kernel = reader.imageFiles().getFirst();
            assertArrayEquals(
                    Samples.BOOT.kernel().bytes(), reader.bootImages(hashes).kernel());
            FileTime time = Files.getLastModifiedTime(kernel);
            Thread.sleep(20); // until the file system's clock has moved on
            byte[] altered = Files.readAllBytes(kernel);
            altered[20_000] ^= 1;
            Files.write(kernel, altered);
            Files.setLastModifiedTime(kernel, time);
            assertThrows(TraceFormatException.class, () -> reader.bootImages(hashes));
            assertThrows(TraceFormatException.class, reader::verifyAll);
        }
    }

    @Test
    void verifyingDoesNotTrustTheCacheOfHashes() throws Exception {
        Path trace = folder.resolve("a.trace");
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT)) {
            writer.end(new EndRecord(0, 0, EndReason.STOPPED, ""));
        }
        var later = InstantSource.offset(InstantSource.system(), Duration.ofHours(1));
        var hashes = new ImageHashes(folder.resolve("cache"), later);
        try (var reader = TraceReader.open(trace)) {
            Path kernel = reader.imageFiles().getFirst();
            byte[] altered = Files.readAllBytes(kernel);
            altered[20_000] ^= 1;
            Files.write(kernel, altered);
            hashes.remember(
                    kernel,
                    ImageHashes.Identity.of(kernel),
                    reader.manifest().images().getFirst().sha256());
            assertArrayEquals(altered, reader.bootImages(hashes).kernel(), "a cache that was made to lie");
            assertThrows(TraceFormatException.class, reader::verifyAll);
            assertThrows(TraceFormatException.class, reader::bootImages);
        }
    }
}
