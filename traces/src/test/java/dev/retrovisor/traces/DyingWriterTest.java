package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retrovisor.machine.event.DeviceEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorder that is killed, or whose disk fills up, leaves a trace that is good up to its last flush. */
class DyingWriterTest {
    private static final long SEED = 99;

    @TempDir
    Path folder;

    @Test
    void aKilledWriterLeavesEverythingThatWasFlushed() throws Exception {
        var random = new Random(4);
        for (int run = 0; run < 5; run++) {
            Path trace = folder.resolve("killed-" + run);
            Process child = ChildJvm.start(
                    WriterChild.class,
                    List.of(trace.toString(), "" + SEED, "100000000", "" + (1 + random.nextInt(40))));
            long acknowledged = killAfter(child, 1 + random.nextInt(1500));
            try (var reader = TraceReader.open(trace)) {
                assertTrue(reader.durableEnd().end().isEmpty(), "no end record");
                reader.verifyAll();
                long durable = requirePrefix(reader);
                assertTrue(durable >= acknowledged, "durable %d, acknowledged %d".formatted(durable, acknowledged));
            }
        }
    }

    @Test
    void aFileLimitEndsTheTraceInOrder() throws Exception {
        Path trace = folder.resolve("limited");
        Process child = ChildJvm.startWithFileLimit(
                8 * 1024, WriterChild.class, List.of(trace.toString(), "" + SEED, "100000000", "100"));
        String output = new String(child.getInputStream().readAllBytes());
        assertTrue(output.contains("\nfull "), tail(output));
        requireGoodUpToLastFlush(trace, output);
    }

    @Test
    void aFileLimitThatLeavesNoRoomAtAllIsReported() throws Exception {
        Path trace = folder.resolve("refused");
        Process child = ChildJvm.startWithFileLimit(
                100, WriterChild.class, List.of(trace.toString(), "" + SEED, "1000", "100"));
        String output = new String(child.getInputStream().readAllBytes());
        assertTrue(output.startsWith("refused ") && output.contains("cannot grow"), tail(output));
        assertFalse(Files.exists(trace), "what was never begun is no trace, and leaves nothing");
    }

    @Test
    void aDiskWithoutRoomForTheImagesKeepsNothing() throws Exception {
        Path trace = Files.createDirectory(folder.resolve("images"));
        var asked = new AtomicLong();
        assertThrows(
                TraceFullException.class,
                () -> TraceWriter.create(
                        trace, Samples.manifest(), Samples.BOOT, () -> asked.getAndIncrement() == 0 ? 1 << 20 : 0));
        try (var left = Files.list(trace)) {
            assertEquals(List.of(), left.toList(), "the folder was there before, its content was not");
        }
        assertTrue(asked.get() > 1, "an image was stored before the disk was full");
    }

    @Test
    void aFullFileSystemEndsTheTraceInOrder() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk.toString()) == 0, "may not mount");
        try {
            Path trace = disk.resolve("full");
            Process child = ChildJvm.start(WriterChild.class, List.of(trace.toString(), "" + SEED, "100000000", "100"));
            String output = new String(child.getInputStream().readAllBytes());
            assertTrue(output.contains("\nfull "), tail(output));
            requireGoodUpToLastFlush(trace, output);
        } finally {
            assertEquals(0, run("umount", disk.toString()));
        }
    }

    @Test
    void spaceIsLookedAtBeforeItIsTaken() {
        var usable = new AtomicLong(1 << 20);
        Path trace = folder.resolve("seam");
        try (var writer = TraceWriter.create(trace, Samples.manifest(), Samples.BOOT, usable::get)) {
            writer.append(new DeviceEvent.Power(7, DeviceEvent.Power.Change.RESET));
            writer.flush(8, 9);
            usable.set(1000);
            var frame = Samples.bytes(new Random(1), 60_000);
            TraceFullException full = assertThrows(TraceFullException.class, () -> {
                for (int i = 10; i < 100; i++) {
                    writer.append(new DeviceEvent.FrameSent(i, 0, frame));
                }
            });
            assertTrue(full.getMessage().contains("no space left"), full.getMessage());
            assertThrows(TraceFullException.class, () -> writer.flush(200, 200), "once full, always full");
            writer.end(new EndRecord(200, 200, EndReason.POWER_OFF, ""));
        }
        try (var reader = TraceReader.open(trace)) {
            EndRecord end = reader.durableEnd().end().orElseThrow();
            assertEquals(EndReason.TRACE_FULL, end.reason());
            assertEquals(8, end.step(), "the trace ends at its last flush");
            reader.verifyAll();
        }
    }

    private void requireGoodUpToLastFlush(Path trace, String output) {
        assertTrue(output.endsWith("closed\n"), tail(output));
        assertFalse(output.contains("refused"), tail(output));
        long acknowledged = output.lines()
                .filter(line -> line.startsWith("flushed "))
                .mapToLong(line -> Long.parseLong(line.substring(8)))
                .max()
                .orElseThrow();
        try (var reader = TraceReader.open(trace)) {
            assertEquals(
                    EndReason.TRACE_FULL,
                    reader.durableEnd()
                            .end()
                            .orElseThrow(() -> new AssertionError(tail(output)))
                            .reason());
            reader.verifyAll();
            assertTrue(requirePrefix(reader) >= acknowledged);
        }
    }

    /** Reads acknowledgements, then kills; returns the last one that arrived before. */
    private static long killAfter(Process child, int acknowledgements) throws IOException, InterruptedException {
        long last = 0;
        try (BufferedReader lines = child.inputReader()) {
            for (int i = 0; i < acknowledgements; i++) {
                String line = lines.readLine();
                assertTrue(line != null && line.startsWith("flushed "), "child said " + line);
                last = Long.parseLong(line.substring(8));
            }
            child.destroyForcibly();
        }
        child.waitFor();
        return last;
    }

    /** Generates the same entries again and compares them with all that the trace holds; returns how many. */
    private long requirePrefix(TraceReader reader) {
        Path scratch = folder.resolve(reader.folder().getFileName() + "-again");
        DurableEnd end = reader.durableEnd();
        var samples = new Samples(SEED);
        try (var writer = TraceWriter.create(scratch, Samples.manifest(), Samples.BOOT, () -> Long.MAX_VALUE);
                var inputs = reader.inputs();
                var events = reader.events()) {
            long count = 0;
            while (inputs.ordinal() < end.inputs() || events.ordinal() < end.entries()) {
                String expected = samples.appendTo(writer);
                String found = expected.startsWith("in ")
                        ? "in " + Samples.text(inputs.next())
                        : "out " + Samples.text(events.next());
                assertEquals(expected, found);
                count++;
            }
            return count;
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static String tail(String output) {
        return "child said ..." + output.substring(Math.max(0, output.length() - 1500));
    }
}
