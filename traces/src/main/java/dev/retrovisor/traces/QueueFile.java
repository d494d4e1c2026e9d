package dev.retrovisor.traces;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LargeRollCycles;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * A Chronicle queue that is written: one file, whatever the date. What was appended survives the death of the process,
 * since it is in pages that the system owns.
 *
 * <p>A write into a mapped hole of a full disk faults, so room is taken first, by ordinary writes of zeros past the end
 * that fail in order. {@value #SLACK_BYTES} bytes more than asked for are kept, so that a trace whose disk is full can
 * still be ended.
 */
final class QueueFile implements AutoCloseable {
    /** What Chronicle maps at a time, and how far a mapping reaches into the next one's: its rule is a quarter. */
    private static final int CHUNK_BYTES = 4 << 20;

    private static final int OVERLAP_BYTES = CHUNK_BYTES / 4;
    /** Entries of an index page and excerpts between entries: pages of 8 KiB instead of 256, for a million blocks. */
    private static final int INDEX_ENTRIES = 1024;

    private static final int RESERVE_BYTES = 128 * 1024;
    private static final int SLACK_BYTES = 16 * 1024;
    private static final int LENGTH_WORD_BYTES = 4;

    private final Path file;
    private final FreeSpace freeSpace;
    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private RandomAccessFile growth;
    private long endOffset;
    private long reservedOffset;

    QueueFile(Path folder, FreeSpace freeSpace) {
        this.file = folder.resolve(TraceLayout.QUEUE_FILE);
        this.freeSpace = freeSpace;
        requireRoom(RESERVE_BYTES);
        try {
            queue = SingleChronicleQueueBuilder.binary(folder)
                    .rollCycle(LargeRollCycles.LARGE_DAILY)
                    .indexCount(INDEX_ENTRIES)
                    .indexSpacing(INDEX_ENTRIES)
                    .timeProvider(() -> 0L)
                    .blockSize(CHUNK_BYTES)
                    .build();
            appender = queue.createAppender();
        } catch (RuntimeException | InternalError e) {
            throw full(e);
        }
        // One thread at a time is the writer's contract; it may be another one that closes.
        appender.singleThreadedCheckDisabled(true);
    }

    /** Appends one excerpt, a header and the first {@code lengthBytes} of {@code stored}. */
    void append(byte[] header, byte[] stored, int lengthBytes) {
        // Chronicle makes the file with its first excerpt, which is small: room for what follows is taken after it.
        boolean first = endOffset == 0;
        if (!first) {
            reserve(header.length + lengthBytes);
        }
        appendReserved(header, stored, lengthBytes);
        if (first) {
            reserve(0);
        }
    }

    /** Appends a small excerpt into the room that is left from the last {@link #append}. */
    void appendLast(byte[] header, byte[] stored, int lengthBytes) {
        if (header.length + lengthBytes > SLACK_BYTES / 2) {
            throw new IllegalArgumentException("a last block of %d bytes".formatted(lengthBytes));
        }
        appendReserved(header, stored, lengthBytes);
    }

    /** Where the next excerpt will begin. */
    long endOffset() {
        return endOffset;
    }

    /** Closes the queue and cuts the file off behind the last excerpt and the zero word that ends a queue. */
    @Override
    public void close() {
        queue.close();
        try (RandomAccessFile own = growth) {
            if (own != null) {
                own.setLength(endOffset + LENGTH_WORD_BYTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void appendReserved(byte[] header, byte[] stored, int lengthBytes) {
        try (DocumentContext document = appender.writingDocument()) {
            try {
                Bytes<?> bytes = document.wire().bytes();
                bytes.write(header);
                bytes.write(stored, 0, lengthBytes);
                long end = bytes.writePosition();
                endOffset = end + 3 & ~3L;
            } catch (RuntimeException | InternalError e) {
                // Without this Chronicle commits the excerpt that failed.
                document.rollbackOnClose();
                throw e;
            }
        } catch (RuntimeException | InternalError e) {
            throw full(e);
        }
    }

    private void reserve(int excerptBytes) {
        long needed = endOffset + excerptBytes + 2 * LENGTH_WORD_BYTES + SLACK_BYTES;
        if (needed <= reservedOffset) {
            return;
        }
        try {
            if (growth == null) {
                growth = new RandomAccessFile(file.toFile(), "rw");
                reservedOffset = endOffset;
            }
            int more = (int) (needed - reservedOffset) + RESERVE_BYTES;
            requireRoom(more);
            // Chronicle maps whole chunks, and the file must be that long before it does.
            long mappedBytes = ((reservedOffset + more) / CHUNK_BYTES + 1) * CHUNK_BYTES + OVERLAP_BYTES;
            if (growth.length() < mappedBytes) {
                growth.setLength(mappedBytes);
            }
            growth.seek(reservedOffset);
            growth.write(new byte[more]);
            reservedOffset += more;
        } catch (IOException e) {
            throw full(e);
        }
    }

    private void requireRoom(long bytes) {
        if (freeSpace.usableBytes() < bytes) {
            throw full(null);
        }
    }

    private TraceFullException full(Throwable cause) {
        String why = cause == null ? "no space left on the disk" : String.valueOf(cause.getMessage());
        return new TraceFullException(
                "%s: the trace cannot grow: %s; what was recorded so far is kept".formatted(file, why), cause);
    }
}
