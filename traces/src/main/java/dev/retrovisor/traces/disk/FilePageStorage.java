package dev.retrovisor.traces.disk;

import dev.retrovisor.machine.disk.PageStorage;
import dev.retrovisor.machine.state.PageSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps what a guest writes to a disk in a file without a name: its room is given back when the process ends, however
 * it does. A replay makes the same pages again, so nothing is lost with it.
 */
public final class FilePageStorage implements PageStorage {
    private final FileChannel channel;

    private FilePageStorage(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes an empty storage on the disk that holds {@code folder}. */
    public static FilePageStorage in(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, ".retrovisor-overlay-", ".tmp");
        try {
            return new FilePageStorage(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void read(int slot, byte[] target, int targetOffset) {
        ByteBuffer buffer = ByteBuffer.wrap(target, targetOffset, PageSpace.PAGE_BYTES);
        try {
            long at = offset(slot);
            while (buffer.hasRemaining()) {
                int count = channel.read(buffer, at);
                if (count < 0) {
                    throw new IllegalStateException("overlay slot %d was never written".formatted(slot));
                }
                at += count;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(int slot, byte[] source, int sourceOffset) {
        ByteBuffer buffer = ByteBuffer.wrap(source, sourceOffset, PageSpace.PAGE_BYTES);
        try {
            long at = offset(slot);
            while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the overlay of a disk: " + e.getMessage(), e);
        }
    }

    @Override
    public void clear() {
        try {
            channel.truncate(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long offset(int slot) {
        return (long) slot * PageSpace.PAGE_BYTES;
    }
}
