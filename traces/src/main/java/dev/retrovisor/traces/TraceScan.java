package dev.retrovisor.traces;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds out how far a trace goes, by its blocks' headers, and goes on from there when asked again.
 *
 * <p>The inputs log leads: each of its blocks says how many blocks of the events log stood beside it, so the trace goes
 * to the last block of inputs whose events are there too.
 */
final class TraceScan implements AutoCloseable {
    private final Path folder;
    private final Manifest manifest;
    private final byte[] manifestHash;
    private final BlockReader inputs;
    private final BlockReader events;
    private BlockHeader pending;
    private DurableEnd durable;
    private long eventEntries;
    private boolean eventsEnded;

    TraceScan(Path folder, Manifest manifest, byte[] manifestHash, BlockReader inputs, BlockReader events) {
        this.folder = folder;
        this.manifest = manifest;
        this.manifestHash = manifestHash;
        this.inputs = inputs;
        this.events = events;
        durable = new DurableEnd(manifest.start().position(), 0, 0, 0, 0, Optional.empty());
    }

    DurableEnd durable() {
        return durable;
    }

    byte[] inputsHead() {
        return inputs.chain();
    }

    byte[] eventsHead() {
        return events.chain();
    }

    /** Reads on to the present end. */
    void refresh() {
        // Looked for before the logs are read: it is written after them.
        Path sealFile = folder.resolve(TraceLayout.SEAL);
        boolean sealed = Files.exists(sealFile);
        while (nextInputs() && eventsUpTo(pending.peerBlocks())) {
            take(pending);
            pending = null;
        }
        if (sealed) {
            byte[] json = TraceFiles.readBounded(sealFile, TraceLayout.MAX_JSON_BYTES);
            requireSeal(sealFile, Seal.decode(sealFile, json, manifest.format()));
        }
    }

    /** For a trace that has no end record: checks that nothing stands behind what was found. */
    void requireCleanEnd() {
        if (durable.end().isEmpty()) {
            inputs.requireNothingBehind();
            events.requireNothingBehind();
        }
    }

    @Override
    public void close() {
        try (inputs) {
            events.close();
        }
    }

    private boolean nextInputs() {
        if (pending == null) {
            pending = inputs.next();
        }
        return pending != null;
    }

    private boolean eventsUpTo(long blocks) {
        while (events.blocks() < blocks) {
            BlockHeader header = events.next();
            if (header == null) {
                return false;
            }
            if (eventsEnded) {
                throw events.bad("a block behind the end record", "none");
            }
            if (header.kind() == BlockKind.START) {
                requireManifest(events);
            }
            eventsEnded = header.kind() == BlockKind.END;
            eventEntries += header.entryCount();
        }
        if (events.blocks() > blocks) {
            throw inputs.bad("a block beside " + blocks + " blocks of events", "at least " + events.blocks());
        }
        return true;
    }

    private void take(BlockHeader header) {
        if (durable.end().isPresent()) {
            throw inputs.bad("a block behind the end record", "none");
        }
        if (header.first().step() < durable.position().step()) {
            throw inputs.bad(
                    "a block from step " + header.first().step(),
                    "step " + durable.position().step() + " or later");
        }
        long inputEntries = durable.inputs() + header.entryCount();
        Optional<EndRecord> end = Optional.empty();
        switch (header.kind()) {
            case START -> requireManifest(inputs);
            case DATA -> {}
            case END -> end = Optional.of(end(header, inputEntries));
        }
        durable = new DurableEnd(header.through(), inputEntries, eventEntries, inputs.blocks(), events.blocks(), end);
    }

    private EndRecord end(BlockHeader header, long inputEntries) {
        EndCodec.Ending ending = EndCodec.get(inputs.content(), header.through());
        if (!eventsEnded || !Arrays.equals(ending.eventsChain(), events.chain())) {
            throw inputs.bad(
                    "an end record over events that end with chain value " + Hashes.hex(ending.eventsChain()),
                    Hashes.hex(events.chain()));
        }
        if (ending.inputs() != inputEntries || ending.entries() != eventEntries) {
            throw inputs.bad(
                    "an end record over %d inputs and %d events".formatted(ending.inputs(), ending.entries()),
                    "%d and %d".formatted(inputEntries, eventEntries));
        }
        return ending.end();
    }

    private void requireManifest(BlockReader log) {
        byte[] recorded = log.content().getRaw(TraceLayout.HASH_BYTES);
        if (!Arrays.equals(recorded, manifestHash)) {
            throw new TraceFormatException("%s: found SHA-256 %s, expected %s, with which the recording began"
                    .formatted(folder.resolve(TraceLayout.MANIFEST), Hashes.hex(manifestHash), Hashes.hex(recorded)));
        }
    }

    private void requireSeal(Path sealFile, Seal seal) {
        var found = new Seal(inputs.blocks(), Hashes.hex(inputs.chain()), events.blocks(), Hashes.hex(events.chain()));
        if (durable.end().isEmpty() || !found.equals(seal)) {
            throw new TraceFormatException(
                    "%s: found logs that end as %s, expected %s".formatted(sealFile, found, seal));
        }
    }
}
