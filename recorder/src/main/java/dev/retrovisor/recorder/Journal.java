package dev.retrovisor.recorder;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.BootFiles;
import dev.retrovisor.traces.CheckpointPolicy;
import dev.retrovisor.traces.Checkpointer;
import dev.retrovisor.traces.EndRecord;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.StoredState;
import dev.retrovisor.traces.TraceEntry.StateHash;
import dev.retrovisor.traces.TraceFullException;
import dev.retrovisor.traces.TraceWriter;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run writes down: counts always, and a trace if there is one. When to hash and to flush is decided here, by the
 * wall clock, since only the cost depends on it: a hash carries its position.
 *
 * <p>A full disk ends the trace and throws nothing, as device events come from within the machine: see {@link #full}.
 */
final class Journal implements AutoCloseable {
    /** With a stretch of steps between two looks at the clock, under the 50 ms that the trace format promises. */
    private static final long FLUSH_NANOS = 40_000_000;

    /** A light hash costs a tenth of a millisecond, as long as Java has not compiled what makes it. */
    private static final long LIGHT_HASH_NANOS = 100_000_000;

    /** A hash over all state is due when this many times its cost has passed: it takes 0.5 % of a run. */
    private static final long FULL_HASH_SPARING = 200;

    private static final long FULL_HASH_LEAST_NANOS = 2_000_000_000;
    private static final long FULL_HASH_LEAST_STEPS = 50_000_000;
    private static final long NOWHERE = -1;

    private final Machine machine;
    private final TraceWriter writer;
    private final ImageHashes hashes;

    /** Null where there are to be no checkpoints. */
    private final Checkpointer checkpointer;

    private long inputs;
    private long deviceEvents;
    private TraceFullException full;
    private long lastFlushNanos;
    private long nextLightNanos;
    private long nextFullNanos;
    private long nextFullSteps;
    private long hashedStep = NOWHERE;
    private long hashedNanos = NOWHERE;
    private OptionalLong finalStateHash = OptionalLong.empty();

    private Journal(Machine machine, TraceWriter writer, ImageHashes hashes, Checkpointer checkpointer) {
        this.machine = machine;
        this.writer = writer;
        this.hashes = hashes;
        this.checkpointer = checkpointer;
        lastFlushNanos = System.nanoTime();
        nextLightNanos = lastFlushNanos;
        nextFullNanos = lastFlushNanos + FULL_HASH_LEAST_NANOS;
        nextFullSteps = machine.steps() + FULL_HASH_LEAST_STEPS;
    }

    /**
     * Writes a trace.
     *
     * @param parent a trace that may have the same boot images
     */
    static Journal to(
            Path folder,
            Manifest manifest,
            BootFiles images,
            Optional<Path> parent,
            ImageHashes hashes,
            Optional<CheckpointPolicy> checkpoints,
            Machine machine) {
        TraceWriter writer = TraceWriter.create(folder, manifest, images, parent);
        Checkpointer checkpointer = checkpoints
                .map(policy -> new Checkpointer(
                        machine,
                        writer.openCheckpoints(),
                        StoredState.powerOn(machine.pageSpaces()),
                        policy,
                        System::nanoTime))
                .orElse(null);
        return new Journal(machine, writer, hashes, checkpointer);
    }

    /** Only counts. */
    static Journal unrecorded(Machine machine) {
        return new Journal(machine, null, null, null);
    }

    void append(InputEvent event) {
        inputs++;
        if (isOpen()) {
            try {
                writer.append(event);
            } catch (TraceFullException e) {
                full = e;
            }
        }
    }

    void append(DeviceEvent event) {
        deviceEvents++;
        if (isOpen()) {
            try {
                writer.append(event);
            } catch (TraceFullException e) {
                full = e;
            }
        }
    }

    /** Whether a hash, and perhaps a checkpoint, was taken at this very moment, so that no input may be applied at it any more. */
    boolean hashedHere() {
        return hashedStep == machine.steps() && hashedNanos == machine.virtualNanos();
    }

    /** Hashes and flushes what is due. The machine stands, and all inputs of this moment are applied. */
    void tick() {
        long now = System.nanoTime();
        if (now - lastFlushNanos >= FLUSH_NANOS) {
            flush();
        }
    }

    /** Makes everything so far durable, if there is anything new: call it also before waiting. */
    void flush() {
        lastFlushNanos = System.nanoTime();
        if (!isOpen() || hashedHere()) {
            return;
        }
        boolean checkpointDue = checkpointer != null && checkpointer.isDue();
        try {
            if (lastFlushNanos >= nextFullNanos && machine.steps() >= nextFullSteps) {
                hashAll();
            } else if (checkpointDue || lastFlushNanos >= nextLightNanos) {
                writer.append(hash(machine.registerHash(), StateHash.Kind.LIGHT));
                nextLightNanos = lastFlushNanos + LIGHT_HASH_NANOS;
            }
            writer.flush(machine.steps(), machine.virtualNanos());
            if (checkpointDue) {
                // Behind a hash of this moment, by which it can be checked, and durable up to here.
                checkpointer.take(writer.inputs(), writer.entries());
            }
        } catch (TraceFullException e) {
            full = e;
        }
    }

    private void hashAll() {
        long begun = System.nanoTime();
        long hash = machine.stateHash();
        long ended = System.nanoTime();
        writer.append(hash(hash, StateHash.Kind.FULL));
        finalStateHash = OptionalLong.of(hash);
        nextFullNanos = ended + Math.max(FULL_HASH_LEAST_NANOS, (ended - begun) * FULL_HASH_SPARING);
        nextFullSteps = machine.steps() + FULL_HASH_LEAST_STEPS;
    }

    private StateHash hash(long hash, StateHash.Kind kind) {
        hashedStep = machine.steps();
        hashedNanos = machine.virtualNanos();
        return new StateHash(hashedStep, hashedNanos, hash, kind);
    }

    /** Why the trace ended before the run, or null. */
    TraceFullException full() {
        return full;
    }

    /** Writes the end record; if the machine stands in order, behind a hash of all state. */
    void end(StopCause cause, String detail) {
        if (writer == null) {
            return;
        }
        if (full == null && cause != StopCause.HOST_FAILED) {
            try {
                hashAll();
            } catch (TraceFullException e) {
                full = e;
            }
        }
        writer.end(new EndRecord(machine.steps(), machine.virtualNanos(), cause.endReason(), detail));
    }

    long inputs() {
        return inputs;
    }

    long deviceEvents() {
        return deviceEvents;
    }

    /** The hash of all state at the end. */
    OptionalLong finalStateHash() {
        return finalStateHash;
    }

    private boolean isOpen() {
        return writer != null && full == null;
    }

    /** Why the trace has no more checkpoints from some moment on, in words; known once this is closed. */
    Optional<String> checkpointNotice() {
        return checkpointer == null ? Optional.empty() : checkpointer.notice();
    }

    @Override
    public void close() {
        if (writer != null) {
            try (writer;
                    Checkpointer _ = checkpointer) {
                // closed in order, each whatever becomes of the others
            }
            writer.rememberImages(hashes);
        }
    }
}
