package dev.retrovisor.traces.disk;

import dev.retrovisor.machine.disk.DiskImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** A raw disk image in a file, read only. A last sector that the file does not fill goes on with zeros. */
public final class RawImageFile implements DiskImage, AutoCloseable {
    private static final int SECTOR_BYTES = 512;

    private final Path file;
    private final FileChannel channel;
    private final long fileBytes;

    private RawImageFile(Path file, FileChannel channel, long fileBytes) {
        this.file = file;
        this.channel = channel;
        this.fileBytes = fileBytes;
    }

    /**
     * Opens an image.
     *
     * @throws IOException if there is no such file, it can't be read, or it is empty
     */
    public static RawImageFile open(Path file) throws IOException {
        long fileBytes = fileBytes(file);
        return new RawImageFile(file, FileChannel.open(file, StandardOpenOption.READ), fileBytes);
    }

    /** The size of the disk that a file makes: its length, rounded up to whole sectors. */
    public static long diskBytes(Path file) throws IOException {
        return roundUp(fileBytes(file));
    }

    private static long fileBytes(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + ": no such file; give the path of a raw disk image");
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": is no regular file; give the path of a raw disk image");
        }
        long size = Files.size(file);
        if (size == 0) {
            throw new IOException(file + ": is empty; a disk image has at least one sector of 512 bytes");
        }
        return size;
    }

    private static long roundUp(long lengthBytes) {
        return (lengthBytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    }

    @Override
    public long sizeBytes() {
        return roundUp(fileBytes);
    }

    @Override
    public void read(long offsetBytes, byte[] target, int targetOffset, int lengthBytes) {
        int inFile = Math.clamp(fileBytes - offsetBytes, 0, lengthBytes);
        ByteBuffer buffer = ByteBuffer.wrap(target, targetOffset, inFile);
        try {
            long at = offsetBytes;
            while (buffer.hasRemaining()) {
                int count = channel.read(buffer, at);
                if (count < 0) {
                    throw new IOException(
                            "%s: ends at %d, had %d bytes when it was opened".formatted(file, at, fileBytes));
                }
                at += count;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Arrays.fill(target, targetOffset + inFile, targetOffset + lengthBytes, (byte) 0);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
