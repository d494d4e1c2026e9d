package dev.retrovisor.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The sign that a trace is being written: a lock on an empty file in it, which the kernel lets go of when the writer's
 * process ends, however it ends.
 */
final class RecorderLock implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private RecorderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static RecorderLock take(Path trace) {
        Path file = trace.resolve(TraceLayout.RECORDER_LOCK);
        try {
            Files.createDirectories(trace);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() == null) {
                    throw new IOException(file + ": locked by another process");
                }
                return new RecorderLock(file, channel);
            } catch (IOException | OverlappingFileLockException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Whether a process holds the lock. POSIX lets go of all locks that a process has on a file when it closes the file once:
     * so the writer's own process must not ask.
     */
    static boolean isHeld(Path trace) {
        try (FileChannel channel = FileChannel.open(trace.resolve(TraceLayout.RECORDER_LOCK), StandardOpenOption.READ);
                FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
            return lock == null;
        } catch (NoSuchFileException _) {
            return false;
        } catch (OverlappingFileLockException _) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the file with the lock: the trace is as its writer wanted it. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
