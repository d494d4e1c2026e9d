package dev.retrovisor.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The sign that a trace is being written: a lock on an empty file in it. */
final class RecorderLock implements AutoCloseable {
    private final Path file;
    private final ProcessLock lock;

    private RecorderLock(Path file, ProcessLock lock) {
        this.file = file;
        this.lock = lock;
    }

    static RecorderLock take(Path trace) {
        Path file = trace.resolve(TraceLayout.RECORDER_LOCK);
        try {
            Files.createDirectories(trace);
            ProcessLock lock =
                    ProcessLock.tryTake(file).orElseThrow(() -> new IOException(file + ": locked by another recorder"));
            return new RecorderLock(file, lock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a recorder has the trace. */
    static boolean isHeld(Path trace) {
        try {
            return ProcessLock.isHeld(trace.resolve(TraceLayout.RECORDER_LOCK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the file with the lock: the trace is as its writer wanted it. */
    @Override
    public void close() {
        try (lock) {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
