package dev.retrovisor.traces;

import dev.retrovisor.machine.event.InputEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a trace is, found by reading all of its logs.
 *
 * @param folder where it is
 * @param formatVersion version of the trace's format
 * @param manifest what was recorded
 * @param end how far it goes and how it ended
 * @param entriesByKind number of entries; kinds that do not occur are missing
 * @param sizes what the trace takes on disk
 * @param heads the hash chains' last values
 * @param checkpoints by position
 */
public record TraceInfo(
        Path folder,
        int formatVersion,
        Manifest manifest,
        DurableEnd end,
        Map<EntryKind, Long> entriesByKind,
        Sizes sizes,
        TraceReader.ChainHeads heads,
        List<Checkpoint> checkpoints) {

    /** Lengths of files in bytes; a log whose recorder was killed is longer than what it takes on disk (it is sparse). */
    public record Sizes(
            long manifestBytes, long inputsBytes, long eventsBytes, long imagesBytes, long checkpointsBytes) {
        public long totalBytes() {
            return manifestBytes + inputsBytes + eventsBytes + imagesBytes + checkpointsBytes;
        }
    }

    /** Reads a trace through; damage in its logs is a {@link TraceFormatException}. */
    public static TraceInfo of(TraceReader reader) {
        Map<EntryKind, Long> counts = new EnumMap<>(EntryKind.class);
        try (var inputs = reader.inputs();
                var events = reader.events()) {
            for (InputEvent event = inputs.next(); event != null; event = inputs.next()) {
                counts.merge(EntryKind.of(event), 1L, Long::sum);
            }
            for (TraceEntry entry = events.next(); entry != null; entry = events.next()) {
                counts.merge(EntryKind.of(entry), 1L, Long::sum);
            }
        }
        List<Checkpoint> checkpoints;
        try (CheckpointStore store = reader.checkpoints()) {
            checkpoints = store.list();
        }
        return new TraceInfo(
                reader.folder(),
                reader.manifest().format(),
                reader.manifest(),
                reader.durableEnd(),
                Collections.unmodifiableMap(counts),
                sizes(reader),
                reader.chainHeads(),
                checkpoints);
    }

    private static Sizes sizes(TraceReader reader) {
        Path folder = reader.folder();
        return new Sizes(
                size(folder.resolve(TraceLayout.MANIFEST)),
                size(TraceLayout.queueFile(folder, LogKind.INPUTS)),
                size(TraceLayout.queueFile(folder, LogKind.EVENTS)),
                reader.imageFiles().stream().mapToLong(TraceInfo::size).sum(),
                sizeBelow(folder.resolve(TraceLayout.CHECKPOINTS)));
    }

    private static long sizeBelow(Path folder) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (var files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(TraceInfo::size).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
