package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.Xxh64;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Pages of 4 KiB, each content stored once. A page is named by the offset of its record; 0, where the file's own header
 * stands, names the page of zeros, which takes no room.
 *
 * <p>Equal pages are found by XXH64 and then compared byte by byte: two pages that only hash alike are both stored.
 */
final class PageFile implements AutoCloseable {
    static final long ZERO_PAGE = 0;

    /** "RVP1" in the file. */
    private static final int MAGIC = 0x31505652;
    private static final int VERSION = 1;

    private static final int FILE_HEADER_BYTES = 16;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int PAGE_BYTES = PageSpace.PAGE_BYTES;
    private static final int WRITE_BUFFER_BYTES = 256 * 1024;

    private final Path file;
    private final FileChannel channel;
    private final Lz4 lz4 = new Lz4();
    private final PageTable table = new PageTable();
    private final byte[] compared = new byte[PAGE_BYTES];
    private final byte[] packed = new byte[PAGE_BYTES];
    private final ByteBuffer recordHeader =
            ByteBuffer.allocate(RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer unwritten = ByteBuffer.allocate(WRITE_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private long writtenBytes;
    private boolean failed;

    private PageFile(Path file, Set<StandardOpenOption> options) {
        this.file = file;
        try {
            channel = FileChannel.open(file, options);
            writtenBytes = channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PageFile openForReading(Path file) {
        TraceFiles.requireRegular(file);
        var pages = new PageFile(file, Set.of(StandardOpenOption.READ));
        return pages.checked(pages::requireHeader);
    }

    /** Opens for adding; what a writer that was killed left unfinished at the end is cut off. */
    static PageFile openForWriting(Path file) {
        var pages = new PageFile(
                file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
        return pages.checked(pages::takeOver);
    }

    /** Stores a page, or finds it; returns its name. */
    long put(byte[] page) {
        if (isZero(page)) {
            return ZERO_PAGE;
        }
        long hash = Xxh64.hash(page, 0, PAGE_BYTES, 0);
        for (int slot = table.firstSlot(hash); table.offsetAt(slot) != 0; slot = table.nextSlot(slot)) {
            if (table.hashAt(slot) == hash) {
                read(table.offsetAt(slot), compared);
                if (Arrays.equals(page, 0, PAGE_BYTES, compared, 0, PAGE_BYTES)) {
                    return table.offsetAt(slot);
                }
            }
        }
        long offset = append(page, hash);
        table.add(hash, offset);
        return offset;
    }

    /** Reads a page by its name into the first 4,096 bytes of {@code target}, checked. */
    void read(long offset, byte[] target) {
        if (offset == ZERO_PAGE) {
            Arrays.fill(target, 0, PAGE_BYTES, (byte) 0);
            return;
        }
        if (offset < FILE_HEADER_BYTES || offset > writtenBytes + unwritten.position() - RECORD_HEADER_BYTES) {
            throw new TraceFormatException(file, offset, "a page's name past the file", "one of its records");
        }
        recordHeader.clear();
        readAt(offset, recordHeader);
        int storedBytes = recordHeader.getInt(0);
        if (storedBytes <= 0 || storedBytes > PAGE_BYTES) {
            throw new TraceFormatException(file, offset, storedBytes + " stored bytes", "1 to " + PAGE_BYTES);
        }
        readAt(offset + RECORD_HEADER_BYTES, ByteBuffer.wrap(packed, 0, storedBytes));
        int computed = crcOf(recordHeader, packed, storedBytes);
        if (computed != recordHeader.getInt(4)) {
            throw new TraceFormatException(
                    file,
                    offset,
                    "a page with CRC32C 0x%08x".formatted(computed),
                    "0x%08x".formatted(recordHeader.getInt(4)));
        }
        if (!Lz4.unpack(packed, 0, storedBytes, target, PAGE_BYTES)) {
            throw new TraceFormatException(file, offset, "bytes that are not LZ4 of a page", "4096 bytes");
        }
    }

    /** Reads every record and checks that its content has the hash that it is filed under. */
    void verify() {
        long offset = FILE_HEADER_BYTES;
        while (offset < writtenBytes) {
            if (writtenBytes - offset < RECORD_HEADER_BYTES) {
                return; // a writer was killed here: no checkpoint can name it
            }
            recordHeader.clear();
            readAt(offset, recordHeader);
            int storedBytes = recordHeader.getInt(0);
            long hash = recordHeader.getLong(8);
            if (storedBytes > 0
                    && storedBytes <= PAGE_BYTES
                    && offset + RECORD_HEADER_BYTES + storedBytes > writtenBytes) {
                return;
            }
            read(offset, compared);
            if (Xxh64.hash(compared, 0, PAGE_BYTES, 0) != hash) {
                throw new TraceFormatException(file, offset, "a page of another content hash", Long.toHexString(hash));
            }
            offset += RECORD_HEADER_BYTES + storedBytes;
        }
    }

    /** Hands all that was put to the system. */
    void flush() {
        if (failed) {
            throw new IllegalStateException(file + ": a write failed before");
        }
        failed = true;
        unwritten.flip();
        try {
            while (unwritten.hasRemaining()) {
                writtenBytes += channel.write(unwritten, writtenBytes);
            }
            failed = false;
        } catch (IOException e) {
            throw new TraceFullException("%s: the page cannot be stored: %s".formatted(file, e.getMessage()), e);
        } finally {
            unwritten.clear();
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

    private long append(byte[] page, long hash) {
        int storedBytes = lz4.pack(page, PAGE_BYTES);
        if (unwritten.remaining() < RECORD_HEADER_BYTES + storedBytes) {
            flush();
        }
        long offset = writtenBytes + unwritten.position();
        recordHeader.clear();
        recordHeader.putInt(0, storedBytes).putLong(8, hash);
        recordHeader.putInt(4, crcOf(recordHeader, lz4.stored(), storedBytes));
        unwritten.put(recordHeader).put(lz4.stored(), 0, storedBytes);
        return offset;
    }

    private int crcOf(ByteBuffer header, byte[] stored, int storedBytes) {
        crc.reset();
        crc.update(header.array(), 0, 4);
        crc.update(header.array(), 8, 8);
        crc.update(stored, 0, storedBytes);
        return (int) crc.getValue();
    }

    private void takeOver() {
        if (writtenBytes < FILE_HEADER_BYTES) {
            writtenBytes = 0;
            unwritten.putInt(MAGIC).putInt(VERSION).putLong(0);
            flush();
            return;
        }
        requireHeader();
        long offset = FILE_HEADER_BYTES;
        while (writtenBytes - offset >= RECORD_HEADER_BYTES) {
            recordHeader.clear();
            readAt(offset, recordHeader);
            int storedBytes = recordHeader.getInt(0);
            if (storedBytes <= 0 || storedBytes > PAGE_BYTES) {
                throw new TraceFormatException(file, offset, storedBytes + " stored bytes", "1 to " + PAGE_BYTES);
            }
            if (offset + RECORD_HEADER_BYTES + storedBytes > writtenBytes) {
                break;
            }
            table.add(recordHeader.getLong(8), offset);
            offset += RECORD_HEADER_BYTES + storedBytes;
        }
        try {
            channel.truncate(offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        writtenBytes = offset;
    }

    private void requireHeader() {
        ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readAt(0, header);
        if (header.getInt(0) != MAGIC || header.getInt(4) != VERSION || header.getLong(8) != 0) {
            throw new TraceFormatException(
                    file,
                    0,
                    "magic 0x%08x, version %d".formatted(header.getInt(0), header.getInt(4)),
                    "0x%08x, %d".formatted(MAGIC, VERSION));
        }
    }

    private PageFile checked(Runnable check) {
        try {
            check.run();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void readAt(long offset, ByteBuffer target) {
        long from = offset;
        if (from >= writtenBytes) {
            int at = (int) (from - writtenBytes);
            if (target.remaining() > unwritten.position() - at) {
                throw new TraceFormatException(file, from, "the end of the file", target.remaining() + " bytes more");
            }
            target.put(target.position(), unwritten, at, target.remaining());
            return;
        }
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, from);
                if (read < 0) {
                    throw new TraceFormatException(
                            file, from, "the end of the file", target.remaining() + " bytes more");
                }
                from += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isZero(byte[] page) {
        for (int i = 0; i < PAGE_BYTES; i++) {
            if (page[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
