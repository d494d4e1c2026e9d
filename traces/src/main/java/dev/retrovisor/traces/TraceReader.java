package dev.retrovisor.traces;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.Manifest.ImageRole;
import dev.retrovisor.traces.disk.ImageContent;
import dev.retrovisor.traces.disk.ImageHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Reads a trace, from anywhere: whatever is wrong with it is a {@link TraceFormatException}, except that a recorder that
 * was killed leaves a trace that ends earlier ({@link #durableEnd}).
 *
 * <p>A trace that is still being written can be read too: {@link #refresh} finds what was added. For one thread.
 */
public final class TraceReader implements AutoCloseable {
    private final Path folder;
    private final Manifest manifest;
    private final byte[] manifestHash;
    private final TraceScan scan;

    /** The last values of both hash chains; equal values mean equal manifests, inputs, events and hashes. */
    public record ChainHeads(String inputs, String events) {}

    private TraceReader(Path folder) {
        this.folder = folder;
        Path manifestFile = folder.resolve(TraceLayout.MANIFEST);
        if (!Files.isRegularFile(manifestFile)) {
            throw new TraceFormatException(
                    "%s: not a trace: found no %s in it".formatted(folder, TraceLayout.MANIFEST));
        }
        byte[] json = TraceFiles.readBounded(manifestFile, TraceLayout.MAX_JSON_BYTES);
        this.manifest = ManifestJson.decode(manifestFile, json);
        this.manifestHash = Hashes.sha256(json);
        BlockReader inputs = openLog(LogKind.INPUTS);
        BlockReader events;
        try {
            events = openLog(LogKind.EVENTS);
        } catch (RuntimeException e) {
            inputs.close();
            throw e;
        }
        this.scan = new TraceScan(folder, manifest, manifestHash, inputs, events);
        try {
            scan.refresh();
            scan.requireCleanEnd();
        } catch (RuntimeException e) {
            scan.close();
            throw e;
        }
    }

    public static TraceReader open(Path folder) {
        return new TraceReader(folder);
    }

    public Path folder() {
        return folder;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** By what a trace that goes on from this one names it: its manifest's hash, in lower-case hexadecimal. */
    public String manifestSha256() {
        return Hashes.hex(manifestHash);
    }

    /**
     * A trace of any machine model can be read; only one of this build's model can be replayed.
     *
     * @throws TraceFormatException if another model made this one
     */
    public void requireReplayable() {
        if (manifest.machineModel() != Machine.MODEL) {
            throw new TraceFormatException(
                    ("%s: recorded by machine model %d, this build has model %d: replay it with %s"
                                    + " (the manifest names what recorded it)")
                            .formatted(
                                    folder.resolve(TraceLayout.MANIFEST),
                                    manifest.machineModel(),
                                    Machine.MODEL,
                                    manifest.recordedBy().product()));
        }
    }

    /** How far the trace goes, as of {@link #open} or the last {@link #refresh}. */
    public DurableEnd durableEnd() {
        return scan.durable();
    }

    /** Looks for what a writer has added since; open cursors go on into it. */
    public DurableEnd refresh() {
        if (scan.durable().end().isEmpty()) {
            scan.refresh();
        }
        return scan.durable();
    }

    /**
     * Whether a recorder writes the trace now. One that has no end and no recorder stays as it is: look at
     * {@link #refresh} once more after a no.
     */
    public boolean isBeingWritten() {
        return RecorderLock.isHeld(folder);
    }

    /** The inputs from the first. */
    public EventCursor<InputEvent> inputs() {
        return new EventCursor<>(
                openLog(LogKind.INPUTS),
                InputCodec.Decoder::new,
                () -> scan.durable().inputBlocks());
    }

    /** What left the machine, and its hashes, from the first. */
    public EventCursor<TraceEntry> events() {
        return new EventCursor<>(
                openLog(LogKind.EVENTS),
                EventCodec.Decoder::new,
                () -> scan.durable().eventBlocks());
    }

    /** A boot image, checked against its hash; empty if the machine had none. */
    public byte[] image(ImageRole role) {
        return image(role, TraceReader::unknown).bytes();
    }

    /** All boot images, checked. */
    public BootImages bootImages() {
        return bootFiles(TraceReader::unknown).images();
    }

    /** The same; files that have not changed since they were hashed or written are not hashed again. */
    public BootImages bootImages(ImageHashes hashes) {
        return bootFiles(hashes).images();
    }

    /** The same, as another recording wants them. */
    public BootFiles bootFiles(ImageHashes hashes) {
        return bootFiles(hashes::read);
    }

    /** How an image is read. */
    @FunctionalInterface
    private interface Reading {
        ImageContent of(Path file, long maxBytes) throws IOException;
    }

    private static ImageContent unknown(Path file, long maxBytes) {
        return ImageContent.of(TraceFiles.readBounded(file, maxBytes));
    }

    private BootFiles bootFiles(Reading reading) {
        return new BootFiles(
                image(ImageRole.BIOS, reading), image(ImageRole.KERNEL, reading), image(ImageRole.INITRD, reading));
    }

    private ImageContent image(ImageRole role, Reading reading) {
        return manifest.image(role).map(image -> readImage(image, reading)).orElse(ImageContent.none());
    }

    /** The checkpoints in the trace; close the store after use. */
    public CheckpointStore checkpoints() {
        return CheckpointStore.openForReading(folder, manifestHash);
    }

    /** Opens the trace's checkpoints for adding to them; no other process may do so at the same time. */
    public CheckpointStore checkpointsForWriting() {
        return CheckpointStore.openForWriting(folder, manifestHash);
    }

    /**
     * Reads both logs from end to end: every checksum, every entry, the order of steps and the hash chains.
     *
     * @throws TraceFormatException at the first thing that is wrong
     */
    public ChainHeads verifyChain() {
        try (var inputs = inputs();
                var events = events()) {
            long start = manifest.start().position().step();
            requireAscending(inputs, InputEvent::step, start, scan.durable().inputs(), "inputs");
            requireAscending(events, TraceEntry::step, start, scan.durable().entries(), "events");
        }
        scan.requireCleanEnd();
        return chainHeads();
    }

    /** The chains' last values, as the headers of the last blocks have them. */
    public ChainHeads chainHeads() {
        return new ChainHeads(Hashes.hex(scan.inputsHead()), Hashes.hex(scan.eventsHead()));
    }

    /** {@link #verifyChain}, the boot images and all checkpoints. */
    public ChainHeads verifyAll() {
        for (Manifest.Image image : manifest.images()) {
            readImage(image, TraceReader::unknown);
        }
        try (CheckpointStore store = checkpoints()) {
            store.verify();
        }
        return verifyChain();
    }

    /** Names of the images that the manifest has, for size reports. */
    List<Path> imageFiles() {
        return manifest.images().stream()
                .map(image -> folder.resolve(TraceLayout.IMAGES).resolve(image.sha256()))
                .distinct()
                .toList();
    }

    @Override
    public void close() {
        scan.close();
    }

    private ImageContent readImage(Manifest.Image image, Reading reading) {
        Path file = folder.resolve(TraceLayout.IMAGES).resolve(image.sha256());
        if (image.sizeBytes() > TraceLayout.MAX_IMAGE_BYTES) {
            throw new TraceFormatException(
                    file, 0, image.sizeBytes() + " bytes", "at most " + TraceLayout.MAX_IMAGE_BYTES);
        }
        if (!Files.isRegularFile(file)) {
            throw new TraceFormatException(file, 0, "no file", "the " + JsonFields.nameOf(image.role()));
        }
        ImageContent content;
        try {
            content = reading.of(file, image.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] bytes = content.bytes();
        if (bytes.length != image.sizeBytes() || !content.sha256().equals(image.sha256())) {
            throw new TraceFormatException(
                    file,
                    0,
                    "%d bytes with SHA-256 %s".formatted(bytes.length, content.sha256()),
                    "%d with %s".formatted(image.sizeBytes(), image.sha256()));
        }
        return content;
    }

    private BlockReader openLog(LogKind log) {
        Path file = TraceLayout.queueFile(folder, log);
        if (!Files.isRegularFile(file)) {
            throw new TraceFormatException(file, 0, "no file", "the log of " + log.folder());
        }
        return new BlockReader(log, new QueueWalker(file));
    }

    private static <T> void requireAscending(
            EventCursor<T> cursor, ToLongFunction<T> stepOf, long startStep, long expected, String log) {
        long step = startStep;
        for (T entry = cursor.next(); entry != null; entry = cursor.next()) {
            if (stepOf.applyAsLong(entry) < step) {
                throw new TraceFormatException("%s entry %d: found step %d, expected %d or later"
                        .formatted(log, cursor.ordinal() - 1, stepOf.applyAsLong(entry), step));
            }
            step = stepOf.applyAsLong(entry);
        }
        if (cursor.ordinal() != expected) {
            throw new TraceFormatException(
                    "%s: found %d entries, expected %d".formatted(log, cursor.ordinal(), expected));
        }
    }
}
