package dev.retrovisor.traces;

import static dev.retrovisor.traces.PageRecord.FILE_HEADER_BYTES;
import static dev.retrovisor.traces.PageRecord.HEADER_BYTES;
import static dev.retrovisor.traces.PageRecord.MOST_BYTES;
import static dev.retrovisor.traces.PageRecord.PAGE_BYTES;

import dev.retrovisor.machine.state.Xxh64;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads the pages of one file, also while it grows and when it was deleted meanwhile. One read of the file a page, or one
 * for many where they lie one behind the other. Not mapped: a file that someone cuts off would take the process with it.
 *
 * <p>Safe for use by several threads.
 */
final class PageReader implements AutoCloseable {
    private static final int WINDOW_BYTES = 128 * 1024;

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] stored = new byte[PAGE_BYTES];
    private final CRC32C crc = new CRC32C();
    private long windowOffset;
    private long behindLast;

    /** A record as it stands in the file. */
    record Raw(long hash, byte[] stored, int storedBytes) {}

    /** What stands in front of a record, and where the one behind it begins. */
    record Header(long hash, long next) {}

    private PageReader(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /**
     * Opens a file of pages.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    static PageReader open(Path folder, long id) throws IOException {
        Path file = folder.resolve(PageRecord.fileName(id));
        if (Files.exists(file)) {
            TraceFiles.requireRegular(file); // a pipe would wait for ever
        }
        var reader = new PageReader(file);
        try {
            ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            reader.channel.read(header, 0);
            if (header.hasRemaining()) {
                throw new TraceFormatException(file, 0, header.position() + " bytes", "a header of 16");
            }
            PageRecord.requireFileHeader(file.toString(), header.flip(), id);
            return reader;
        } catch (RuntimeException | IOException e) {
            reader.close();
            throw e;
        }
    }

    /** Reads a page into the first 4,096 bytes of {@code target}, checked. */
    synchronized void read(long offset, byte[] target) {
        int storedBytes = load(offset);
        if (!Lz4.unpack(stored, 0, storedBytes, target, PAGE_BYTES)) {
            throw new TraceFormatException(file, offset, "bytes that are not LZ4 of a page", "4096 bytes");
        }
    }

    /** The record of a page, without unpacking it. */
    synchronized Raw raw(long offset) {
        int storedBytes = load(offset);
        return new Raw(hash(), Arrays.copyOf(stored, storedBytes), storedBytes);
    }

    /** Checks that a page's content has the hash that it is filed under; returns the offset behind it. */
    synchronized long verify(long offset, byte[] page) {
        read(offset, page);
        if (Xxh64.hash(page, 0, PAGE_BYTES, 0) != hash()) {
            throw new TraceFormatException(file, offset, "a page of another content hash", Long.toHexString(hash()));
        }
        return behindLast;
    }

    /** Reads a record's header only, which may be all of it that is there. */
    synchronized Header header(long offset) {
        int at = locate(offset, HEADER_BYTES);
        int storedBytes = storedBytes(offset, at);
        behindLast = offset + HEADER_BYTES + storedBytes;
        return new Header(window.getLong(at + 8), behindLast);
    }

    /** Content hash of the record that {@link #header} holds. */
    private long hash() {
        return header.getLong(8);
    }

    long sizeBytes() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fills {@link #header} and {@link #stored}; returns how many bytes are stored. */
    private int load(long offset) {
        if (offset < FILE_HEADER_BYTES) {
            throw new TraceFormatException(file, offset, "a page's name in the header", "one of a record");
        }
        int at = locate(offset, HEADER_BYTES);
        window.get(at, header.array());
        int storedBytes = storedBytes(offset, at);
        at = locate(offset, HEADER_BYTES + storedBytes);
        window.get(at + HEADER_BYTES, stored, 0, storedBytes);
        int recorded = window.getInt(at + PageRecord.CRC_OFFSET);
        int computed = PageRecord.crc(crc, header, stored, storedBytes);
        if (computed != recorded) {
            throw new TraceFormatException(
                    file, offset, "a page with CRC32C 0x%08x".formatted(computed), "0x%08x".formatted(recorded));
        }
        behindLast = offset + HEADER_BYTES + storedBytes;
        return storedBytes;
    }

    private int storedBytes(long offset, int at) {
        int storedBytes = window.getInt(at);
        if (storedBytes <= 0 || storedBytes > PAGE_BYTES) {
            throw new TraceFormatException(file, offset, storedBytes + " stored bytes", "1 to " + PAGE_BYTES);
        }
        return storedBytes;
    }

    /** Where in the window these bytes of the file are. */
    private int locate(long offset, int lengthBytes) {
        if (offset < windowOffset || offset + lengthBytes > windowOffset + window.limit()) {
            fill(offset, offset == behindLast ? WINDOW_BYTES : MOST_BYTES);
            if (window.limit() < lengthBytes) {
                throw new TraceFormatException(
                        file, offset + window.limit(), "the end of the file", lengthBytes + " bytes of a page");
            }
        }
        return (int) (offset - windowOffset);
    }

    private void fill(long offset, int mostBytes) {
        window.clear().limit(mostBytes);
        windowOffset = offset;
        try {
            while (window.hasRemaining()) {
                if (channel.read(window, offset + window.position()) < 0) {
                    break;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            window.flip();
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
}
