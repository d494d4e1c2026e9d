package dev.retrovisor.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.TraceEntry.StateHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was recorded once stays readable: one trace of each format version is kept in the resources. It is what
 * {@link #write} makes, without Chronicle's metadata files; it may be made anew only while no release has its version.
 */
class OldTracesTest {
    private static final BootFiles BOOT =
            BootFiles.of(new BootImages(new byte[0], "kernel".getBytes(StandardCharsets.US_ASCII), new byte[0]));

    @TempDir
    Path folder;

    @Test
    void aTraceOfFormatOneReads() throws Exception {
        Path trace = Path.of(OldTracesTest.class
                        .getResource("/traces/format-1/manifest.json")
                        .toURI())
                .getParent();
        try (var reader = TraceReader.open(trace);
                var store = reader.checkpoints()) {
            reader.verifyAll();
            assertEquals(
                    500 * 7, reader.durableEnd().inputs() + reader.durableEnd().entries());
            var ram = new CheckpointTest.Pages("ram", 64);
            StoredState first = store.load(store.list().getFirst());
            store.restore(first, List.of(ram));
            first.maps().getFirst().forEach((_, _, writtenAt) -> assertEquals(PageMap.UNKNOWN, writtenAt, "version 1 does not know"));
            assertEquals(scribbled().contentHash(), ram.contentHash());
        }
    }

    /** If this fails, the format has changed: raise its version, add a trace of it, keep reading this one. */
    @Test
    void thisBuildWritesFormatOneAsItAlwaysWas() throws Exception {
        write(folder.resolve("again"));
        Path trace = Path.of(OldTracesTest.class
                        .getResource("/traces/format-1/manifest.json")
                        .toURI())
                .getParent();
        try (var old = TraceReader.open(trace);
                var made = TraceReader.open(folder.resolve("again"))) {
            assertEquals(
                    Files.readString(trace.resolve(TraceLayout.MANIFEST)),
                    Files.readString(made.folder().resolve(TraceLayout.MANIFEST)));
            assertEquals(old.chainHeads(), made.chainHeads());
        }
    }

    /** Every kind of entry, a run with all tokens, several blocks, an end and a checkpoint. */
    static void write(Path trace) {
        Manifest m = Samples.manifest();
        var manifest = new Manifest(
                m.machineModel(), m.config(), BOOT.named(), m.disks(), "old", m.recordedBy(), m.createdAt(), m.start());
        var samples = new Samples(1);
        var random = new Random(2);
        try (var writer = TraceWriter.create(trace, manifest, BOOT)) {
            for (int i = 0; i < 500; i++) {
                samples.advance();
                long step = samples.position().step();
                long nanos = samples.position().virtualNanos();
                byte[] bytes = Samples.bytes(random, 32);
                writer.append(
                        switch (i % 6) {
                            case 0 -> new InputEvent.ConsoleInput(step, nanos, 0, new byte[] {(byte) i});
                            case 1 -> new InputEvent.ConsoleResize(step, nanos, i % 3, i, -i);
                            case 2 -> new InputEvent.FrameArrival(step, nanos, 1, bytes);
                            case 3 -> new InputEvent.WallClock(step, nanos, random.nextLong());
                            case 4 -> new InputEvent.EntropySeed(step, nanos, bytes);
                            default ->
                                new InputEvent.Operator(step, nanos, InputEvent.Operator.Action.values()[i / 6 % 2]);
                        });
                writer.append(new StateHash(step, nanos, random.nextLong(), StateHash.Kind.values()[i % 2]));
                for (int j = 0; j < 4; j++) {
                    writer.append(new DeviceEvent.ConsoleOutput(step + j / 2, i / 100, new byte[] {(byte) (i + j)}));
                }
                samples.advancePast(step + 2);
                writer.append(
                        switch (i % 4) {
                            case 0 -> new DeviceEvent.ConsoleOutput(step + 2, 0, bytes);
                            case 1 -> new DeviceEvent.FrameSent(step + 2, 0, new byte[60]);
                            case 2 -> new DeviceEvent.DiskWrite(step + 2, 0, i * 8L, 8, i);
                            default -> new DeviceEvent.Power(step + 2, DeviceEvent.Power.Change.values()[i / 4 % 3]);
                        });
                if (i % 100 == 99) {
                    writer.flush(step + 2, nanos + 2);
                }
            }
            Position at = samples.position();
            writer.checkpoint("first", at.step(), at.virtualNanos(), new byte[99], List.of(scribbled()));
            writer.end(new EndRecord(at.step(), at.virtualNanos(), EndReason.STOPPED, "old"));
        }
    }

    private static CheckpointTest.Pages scribbled() {
        var ram = new CheckpointTest.Pages("ram", 64);
        ram.scribble(new Random(3), 4);
        return ram;
    }
}
