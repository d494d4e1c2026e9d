package dev.retrovisor.traces;

import java.nio.file.Path;

/** Names and limits of the trace format; docs/formats/trace.md draws the layouts. */
final class TraceLayout {
    /** The newest format that this build reads and writes; a trace has the least one that holds it. */
    static final int VERSION = 2;

    /** From power-on, and without changes by a person. */
    static final int VERSION_WITHOUT_BRANCHES = 1;

    static final String MANIFEST = "manifest.json";
    static final String SEAL = "seal.json";
    static final String IMAGES = "images";
    static final String CHECKPOINTS = "checkpoints";
    /** There, and locked, while the trace is being written. */
    static final String RECORDER_LOCK = "recorder.lock";
    /** The one file of a Chronicle queue with the roll cycle LARGE_DAILY whose clock stands at 0. */
    static final String QUEUE_FILE = "19700101L.cq4";

    static final int HASH_BYTES = 32;
    static final int MAX_JSON_BYTES = 1 << 20;
    static final long MAX_IMAGE_BYTES = 1L << 30;

    /** Content at which a block is written without waiting for a flush. */
    static final int BLOCK_TARGET_BYTES = 64 * 1024;
    /** The largest payload of one event. */
    static final int MAX_PAYLOAD_BYTES = 512 * 1024;
    /** The most content that a block can have: a full block, a run of console bytes and the largest event. */
    static final int MAX_CONTENT_BYTES = 768 * 1024;

    private TraceLayout() {}

    static Path queueFile(Path trace, LogKind log) {
        return trace.resolve(log.folder()).resolve(QUEUE_FILE);
    }
}
