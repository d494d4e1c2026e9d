package dev.retrovisor.traces;

import static dev.retrovisor.traces.PageRecord.FILE_HEADER_BYTES;
import static dev.retrovisor.traces.PageRecord.HEADER_BYTES;
import static dev.retrovisor.traces.PageRecord.PAGE_BYTES;

import dev.retrovisor.machine.state.Xxh64;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Adds pages to a file, each content once. A page is named by the offset of its record; 0, where the file's own header
 * stands, names the page of zeros, which takes no room.
 *
 * <p>Equal pages are found by XXH64 and then compared byte by byte: two pages that only hash alike are both stored. For one
 * thread.
 */
final class PageWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final byte[] ZERO_PAGE = new byte[PAGE_BYTES];

    private final Path file;
    private final long id;
    private final FileChannel channel;
    private final PageReader reader;
    private final Lz4 lz4 = new Lz4();
    private final PageTable table = new PageTable();
    private final byte[] compared = new byte[PAGE_BYTES];
    private final ByteBuffer recordHeader = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer unwritten = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private long writtenBytes;
    private long reportedBytes;
    private boolean failed;

    private PageWriter(Path file, long id, FileChannel channel, PageReader reader) {
        this.file = file;
        this.id = id;
        this.channel = channel;
        this.reader = reader;
    }

    /** Begins a file, which must not exist. */
    static PageWriter create(Path folder, long id) throws IOException {
        Path file = folder.resolve(PageRecord.fileName(id));
        var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            ByteBuffer header = PageRecord.fileHeader(id);
            while (header.hasRemaining()) {
                channel.write(header, header.position());
            }
            var writer = new PageWriter(file, id, channel, PageReader.open(folder, id));
            writer.writtenBytes = FILE_HEADER_BYTES;
            return writer;
        } catch (RuntimeException | IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Goes on with a file; what a writer that was killed left unfinished at the end is cut off. */
    static PageWriter goOn(Path folder, long id) throws IOException {
        PageReader reader = PageReader.open(folder, id);
        Path file = folder.resolve(PageRecord.fileName(id));
        try {
            var writer = new PageWriter(file, id, FileChannel.open(file, StandardOpenOption.WRITE), reader);
            try {
                writer.takeOver();
                return writer;
            } catch (RuntimeException | IOException e) {
                writer.channel.close();
                throw e;
            }
        } catch (RuntimeException | IOException e) {
            reader.close();
            throw e;
        }
    }

    /** The file's number. */
    long id() {
        return id;
    }

    /** Reads what this has flushed, as the file's other readers do. */
    PageReader reader() {
        return reader;
    }

    /** Stores 4,096 bytes, or finds them; returns the page's name. */
    long put(byte[] source, int at) {
        if (Arrays.equals(source, at, at + PAGE_BYTES, ZERO_PAGE, 0, PAGE_BYTES)) {
            return PageMap.ZEROS;
        }
        long hash = Xxh64.hash(source, at, PAGE_BYTES, 0);
        for (int slot = table.firstSlot(hash); table.offsetAt(slot) != 0; slot = table.nextSlot(slot)) {
            if (table.hashAt(slot) == hash) {
                readBack(table.offsetAt(slot), compared);
                if (Arrays.equals(source, at, at + PAGE_BYTES, compared, 0, PAGE_BYTES)) {
                    return table.offsetAt(slot);
                }
            }
        }
        int storedBytes = lz4.pack(source, at, PAGE_BYTES);
        return append(hash, lz4.stored(), storedBytes);
    }

    /** Stores a page of another file without unpacking it, or finds it. */
    long adopt(PageReader source, long offset) {
        PageReader.Raw raw = source.raw(offset);
        byte[] page = null;
        for (int slot = table.firstSlot(raw.hash()); table.offsetAt(slot) != 0; slot = table.nextSlot(slot)) {
            if (table.hashAt(slot) == raw.hash()) {
                if (page == null) {
                    page = new byte[PAGE_BYTES];
                    source.read(offset, page);
                }
                readBack(table.offsetAt(slot), compared);
                if (Arrays.equals(page, compared)) {
                    return table.offsetAt(slot);
                }
            }
        }
        return append(raw.hash(), raw.stored(), raw.storedBytes());
    }

    /** Hands all that was put to the system; returns by how much the file has grown since the last call. */
    long flush() {
        write();
        long grown = writtenBytes - reportedBytes;
        reportedBytes = writtenBytes;
        return grown;
    }

    private void write() {
        if (failed) {
            throw new TraceFullException(file + ": a write failed before", null);
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

    private void readBack(long offset, byte[] target) {
        if (offset >= writtenBytes) {
            write();
        }
        reader.read(offset, target);
    }

    private long append(long hash, byte[] stored, int storedBytes) {
        if (unwritten.remaining() < HEADER_BYTES + storedBytes) {
            write();
        }
        long offset = writtenBytes + unwritten.position();
        recordHeader.putInt(0, storedBytes).putLong(8, hash);
        recordHeader.putInt(4, PageRecord.crc(crc, recordHeader, stored, storedBytes));
        unwritten.put(recordHeader.array()).put(stored, 0, storedBytes);
        table.add(hash, offset);
        return offset;
    }

    private void takeOver() throws IOException {
        long end = channel.size();
        long offset = FILE_HEADER_BYTES;
        while (end - offset >= HEADER_BYTES) {
            PageReader.Header header = reader.header(offset);
            if (header.next() > end) {
                break;
            }
            table.add(header.hash(), offset);
            offset = header.next();
        }
        channel.truncate(offset);
        writtenBytes = offset;
        reportedBytes = offset;
    }

    @Override
    public void close() {
        try (reader) {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
