package dev.retrovisor.traces;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.traces.TraceEntry.StateHash;
import dev.retrovisor.traces.disk.ImageHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a trace while its machine runs.
 *
 * <p>Entries gather in memory; {@link #flush(long, long)} makes them durable: from then on they survive the death of
 * the process. The caller flushes at least every 50 ms of wall time while the machine runs. A log that has gathered
 * 64 KiB flushes by itself. Positions never go back, in either log.
 *
 * <p>A full disk is a {@link TraceFullException} at any append or flush; the trace is good up to its last flush, and
 * {@link #end} and {@link #close} still work. For one thread at a time.
 */
public final class TraceWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = TraceLayout.BLOCK_TARGET_BYTES + 16 * 1024;

    private final Path folder;
    private final Manifest manifest;
    private final List<StoredImage> images;
    private final byte[] manifestHash;
    private final RecorderLock lock;
    private final BlockWriter inputs;
    private final BlockWriter events;
    private final ByteSink inputContent = new ByteSink(BUFFER_BYTES);
    private final ByteSink eventContent = new ByteSink(BUFFER_BYTES);
    private final PositionDeltas inputTime = new PositionDeltas();
    private final EventCodec.Encoder eventEncoder = new EventCodec.Encoder(eventContent);

    private Position inputFirst;
    private Position eventFirst;
    private Position through;
    private long lastInputStep;
    private long lastInputNanos;
    private long lastEventStep;
    private long lastHashNanos;
    private long lastIdleNanos;
    private int inputEntries;
    private int eventEntries;
    private long inputsBefore;
    private long eventsBefore;
    private CheckpointStore checkpoints;
    private TraceFullException full;
    private EndRecord ended;
    private boolean closed;

    /** A boot image in the trace, as it was written. */
    private record StoredImage(Path file, ImageHashes.Identity identity, String sha256) {}

    private TraceWriter(
            Path folder,
            Manifest manifest,
            List<StoredImage> images,
            byte[] manifestHash,
            RecorderLock lock,
            FreeSpace freeSpace) {
        this.folder = folder;
        this.manifest = manifest;
        Position start = manifest.start().position();
        inputFirst = start;
        eventFirst = start;
        through = start;
        lastEventStep = start.step();
        lastIdleNanos = start.virtualNanos() - start.step();
        this.images = images;
        this.manifestHash = manifestHash;
        this.lock = lock;
        this.inputs =
                new BlockWriter(LogKind.INPUTS, new QueueFile(folder.resolve(LogKind.INPUTS.folder()), freeSpace));
        try {
            this.events =
                    new BlockWriter(LogKind.EVENTS, new QueueFile(folder.resolve(LogKind.EVENTS.folder()), freeSpace));
        } catch (RuntimeException e) {
            inputs.close();
            throw e;
        }
    }

    /**
     * Begins a trace.
     *
     * @param folder the trace; must not exist, or be an empty folder
     * @param manifest names exactly the images given (see {@link BootFiles#named})
     */
    public static TraceWriter create(Path folder, Manifest manifest, BootFiles images) {
        return create(folder, manifest, images, Optional.empty());
    }

    /**
     * The same, of a trace that goes on from another.
     *
     * @param parent a trace whose images are shared, where the file system can, if they are the same
     */
    public static TraceWriter create(Path folder, Manifest manifest, BootFiles images, Optional<Path> parent) {
        boolean existed = Files.exists(folder);
        try {
            Files.createDirectories(folder);
            try (var content = Files.list(folder)) {
                if (content.findAny().isPresent()) {
                    throw new FileAlreadyExistsException(folder.toString(), null, "there is something in it already");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return create(folder, manifest, images, parent, FreeSpace.of(folder));
        } catch (RuntimeException e) {
            if (!existed) {
                TraceFiles.deleteTree(folder, e);
            }
            throw e;
        }
    }

    static TraceWriter create(Path folder, Manifest manifest, BootFiles images, FreeSpace freeSpace) {
        return create(folder, manifest, images, Optional.empty(), freeSpace);
    }

    private static TraceWriter create(
            Path folder, Manifest manifest, BootFiles images, Optional<Path> parent, FreeSpace freeSpace) {
        try {
            return begin(folder, manifest, images, parent, freeSpace);
        } catch (RuntimeException e) {
            // What has no manifest is no trace, and would only stand in the way of the next attempt.
            TraceFiles.deleteContent(folder, e);
            throw e;
        }
    }

    private static TraceWriter begin(
            Path folder, Manifest manifest, BootFiles images, Optional<Path> parent, FreeSpace freeSpace) {
        RecorderLock lock = RecorderLock.take(folder);
        TraceWriter writer;
        byte[] json;
        try {
            List<StoredImage> stored = storeImages(folder, manifest, images, parent, freeSpace);
            json = ManifestJson.encode(manifest);
            writer = new TraceWriter(folder, manifest, stored, Hashes.sha256(json), lock, freeSpace);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
        try {
            writer.start();
            // Last: a folder with a manifest is a trace, with both logs begun and the lock taken.
            TraceFiles.writeWhole(folder.resolve(TraceLayout.MANIFEST), json);
        } catch (RuntimeException e) {
            writer.close();
            throw e;
        }
        return writer;
    }

    /** Adds what came in. */
    public void append(InputEvent event) {
        requireOpen();
        requirePayload(InputCodec.payloadBytes(event));
        if (event instanceof InputEvent.Poke && !manifest.holdsPokes()) {
            throw new IllegalArgumentException(
                    "trace format %d holds no changes of the machine by hand".formatted(manifest.format()));
        }
        if (event.step() < Math.max(lastInputStep, through.step())
                || event.virtualNanos() < Math.max(lastInputNanos, through.virtualNanos())) {
            throw new IllegalArgumentException(
                    "input at step %d, %d ns is before step %d, %d ns, which the trace already covers"
                            .formatted(
                                    event.step(),
                                    event.virtualNanos(),
                                    Math.max(lastInputStep, through.step()),
                                    Math.max(lastInputNanos, through.virtualNanos())));
        }
        if (inputEntries == 0) {
            inputFirst = new Position(event.step(), event.virtualNanos());
            inputTime.begin(inputFirst);
        }
        InputCodec.put(inputContent, inputTime, event);
        inputEntries++;
        lastInputStep = event.step();
        lastInputNanos = event.virtualNanos();
        if (inputContent.length() >= TraceLayout.BLOCK_TARGET_BYTES) {
            flush();
        }
    }

    /** Adds what went out. */
    public void append(DeviceEvent event) {
        beforeEntry(event.step());
        requirePayload(EventCodec.payloadBytes(event));
        eventEncoder.put(event);
        afterEntry(event.step());
    }

    /** Adds a hash of the machine's state. */
    public void append(StateHash hash) {
        beforeEntry(hash.step());
        eventEncoder.put(hash);
        lastHashNanos = Math.max(lastHashNanos, hash.virtualNanos());
        lastIdleNanos = hash.virtualNanos() - hash.step();
        afterEntry(hash.step());
    }

    /** Number of input events appended: the ordinal of the next one. */
    public long inputs() {
        return inputsBefore + inputEntries;
    }

    /** Number of device events and state hashes appended: the ordinal of the next one. */
    public long entries() {
        return eventsBefore + eventEntries;
    }

    /**
     * Makes all that was appended durable, and that the machine has run to this position: every input before it and
     * everything that left the machine before it has been appended.
     */
    public void flush(long step, long virtualNanos) {
        requireOpen();
        if (step < Math.max(lastInputStep, lastEventStep)
                || step < through.step()
                || virtualNanos < Math.max(lastInputNanos, through.virtualNanos())) {
            throw new IllegalArgumentException("flush at step %d, %d ns is before what was appended (step %d, %d ns)"
                    .formatted(
                            step,
                            virtualNanos,
                            Math.max(lastInputStep, lastEventStep),
                            Math.max(lastInputNanos, through.virtualNanos())));
        }
        var position = new Position(step, virtualNanos);
        if (inputEntries == 0 && eventEntries == 0 && position.equals(through)) {
            return;
        }
        try {
            // Events first: a block of inputs says how many blocks of events stand beside it.
            writeEvents(position);
            writeInputs(position);
        } catch (TraceFullException e) {
            full = e;
            throw e;
        }
    }

    /** Makes all that was appended durable. */
    public void flush() {
        flush(
                Math.max(through.step(), Math.max(lastInputStep, lastEventStep)),
                Math.max(through.virtualNanos(), Math.max(lastInputNanos, lastHashNanos)));
    }

    /**
     * Stores a checkpoint of the machine, which stands at this position with all inputs appended so far applied.
     *
     * @param name unique in the trace: letters, digits, dot, dash, underscore
     */
    public Checkpoint checkpoint(
            String name, long step, long virtualNanos, byte[] sections, List<? extends PageSpace> spaces) {
        flush(step, virtualNanos);
        if (checkpoints == null) {
            checkpoints = openCheckpoints();
        }
        return checkpoints.add(name, new Position(step, virtualNanos), inputs(), entries(), sections, spaces);
    }

    /** The trace's checkpoints, to add to them otherwise than by {@link #checkpoint}; the caller closes the store. */
    public CheckpointStore openCheckpoints() {
        return CheckpointStore.openForWriting(folder, manifestHash);
    }

    /**
     * Writes the end record. If the disk is full, the trace ends at its last durable position with the reason
     * {@link EndReason#TRACE_FULL}, or stays open-ended if not even that can be written.
     */
    public void end(EndRecord record) {
        requireNotEnded();
        EndRecord last = record;
        try {
            if (full == null) {
                flush(record.step(), record.virtualNanos());
            }
        } catch (TraceFullException e) {
            full = e;
        }
        if (full != null) {
            last = new EndRecord(
                    through.step(), through.virtualNanos(), EndReason.TRACE_FULL, String.valueOf(full.getMessage()));
        }
        try {
            writeEnd(last);
            ended = last;
        } catch (TraceFullException e) {
            full = e;
        }
    }

    /** Closes the files and lets go of the lock. Without {@link #end} before, the trace stays open-ended, at its last flush. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            try (inputs;
                    events;
                    CheckpointStore _ = checkpoints) {
                // closed in order, each whatever becomes of the others
            }
            if (ended != null) {
                seal();
            }
        }
    }

    /** Spares a replay the hashing of the boot images that were written. Once the run is over: they are settled then. */
    public void rememberImages(ImageHashes hashes) {
        images.forEach(image -> hashes.remember(image.file(), image.identity(), image.sha256()));
    }

    private void start() {
        var content = new ByteSink(TraceLayout.HASH_BYTES);
        content.putRaw(manifestHash, 0, manifestHash.length);
        events.write(BlockKind.START, through, through, 0, 0, content);
        inputs.write(BlockKind.START, through, through, 1, 0, content);
        // Without its JVM flags Chronicle opens files read-only and says nothing.
        for (LogKind log : LogKind.values()) {
            try (var walker = new QueueWalker(TraceLayout.queueFile(folder, log))) {
                if (!walker.advance()) {
                    throw new IllegalStateException(
                            "Chronicle wrote nothing to " + walker.file() + ": is the JVM started with its flags?");
                }
            }
        }
    }

    private void beforeEntry(long step) {
        requireOpen();
        if (step < lastEventStep) {
            throw new IllegalArgumentException(
                    "event at step %d is before the last one, at step %d".formatted(step, lastEventStep));
        }
        if (eventEntries == 0) {
            eventFirst = new Position(step, step + lastIdleNanos);
            eventEncoder.begin(eventFirst);
        }
    }

    private void afterEntry(long step) {
        eventEntries++;
        lastEventStep = step;
        if (eventEncoder.lengthBytes() >= TraceLayout.BLOCK_TARGET_BYTES) {
            try {
                writeEvents(new Position(step, step + lastIdleNanos));
            } catch (TraceFullException e) {
                full = e;
                throw e;
            }
        }
    }

    private void writeEvents(Position position) {
        if (eventEntries == 0) {
            return;
        }
        eventEncoder.endRun();
        events.write(BlockKind.DATA, eventFirst, position, inputs.blocks(), eventEntries, eventContent);
        eventsBefore += eventEntries;
        eventEntries = 0;
        eventContent.clear();
    }

    private void writeInputs(Position position) {
        Position first = inputEntries == 0 ? position : inputFirst;
        inputs.write(BlockKind.DATA, first, position, events.blocks(), inputEntries, inputContent);
        inputsBefore += inputEntries;
        inputEntries = 0;
        inputContent.clear();
        through = position;
    }

    private void writeEnd(EndRecord record) {
        var position = new Position(record.step(), record.virtualNanos());
        var content = new ByteSink(256);
        events.write(BlockKind.END, position, position, inputs.blocks(), 0, content);
        EndCodec.put(content, new EndCodec.Ending(record, inputsBefore, eventsBefore, events.chain()));
        inputs.write(BlockKind.END, position, position, events.blocks(), 0, content);
    }

    private void seal() {
        var seal = new Seal(inputs.blocks(), Hashes.hex(inputs.chain()), events.blocks(), Hashes.hex(events.chain()));
        try {
            TraceFiles.writeWhole(folder.resolve(TraceLayout.SEAL), seal.encode(manifest.format()));
        } catch (TraceFullException e) {
            // A full disk may have room for the end record and none for a file more; the trace reads well without.
            if (full == null) {
                throw e;
            }
        }
    }

    private void requireOpen() {
        if (full != null) {
            throw full;
        }
        requireNotEnded();
    }

    private void requireNotEnded() {
        if (closed || ended != null) {
            throw new IllegalStateException(folder + ": this trace has ended");
        }
    }

    private static void requirePayload(int payloadBytes) {
        if (payloadBytes > TraceLayout.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "an event of %d bytes: at most %d".formatted(payloadBytes, TraceLayout.MAX_PAYLOAD_BYTES));
        }
    }

    private static List<StoredImage> storeImages(
            Path folder, Manifest manifest, BootFiles boot, Optional<Path> parent, FreeSpace freeSpace) {
        if (!manifest.images().equals(boot.named())) {
            throw new IllegalArgumentException("the manifest names other images than those given");
        }
        Path images = folder.resolve(TraceLayout.IMAGES);
        List<StoredImage> stored = new ArrayList<>();
        try {
            Files.createDirectories(images);
            for (Manifest.Image image : manifest.images()) {
                Path file = images.resolve(image.sha256());
                Optional<Path> shared =
                        parent.map(other -> other.resolve(TraceLayout.IMAGES).resolve(image.sha256()));
                if (shared.isPresent() && TraceFiles.link(shared.get(), image.sizeBytes(), file)) {
                    stored.add(new StoredImage(file, ImageHashes.Identity.of(file), image.sha256()));
                    continue;
                }
                if (freeSpace.usableBytes() < image.sizeBytes()) {
                    throw new TraceFullException(
                            "%s: no space left on the disk for the %s of %d bytes"
                                    .formatted(folder, JsonFields.nameOf(image.role()), image.sizeBytes()),
                            null);
                }
                TraceFiles.writeWhole(file, boot.in(image.role()).bytes());
                stored.add(new StoredImage(file, ImageHashes.Identity.of(file), image.sha256()));
            }
            return stored;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
