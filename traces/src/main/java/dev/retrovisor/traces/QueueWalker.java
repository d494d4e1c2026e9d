package dev.retrovisor.traces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Walks the excerpts of a Chronicle queue's file by their length words, with ordinary reads. It believes no length that
 * is not in the file, never opens the queue, and can go on when a writer in another process has appended more.
 *
 * <p>Each excerpt begins on a multiple of four with a little-endian word: bit 31 says that it is not complete, bit 30
 * that it is Chronicle's own (skipped), the others are the length. A zero word stands where nothing was written yet.
 */
final class QueueWalker implements AutoCloseable {
    private static final int WORD_BYTES = 4;
    private static final int INCOMPLETE = 0x8000_0000;
    private static final int META = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int SCAN_BYTES = 64 * 1024;

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer word = ByteBuffer.allocate(2 * WORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long offset;
    private long excerptOffset;
    private int excerptBytes;

    QueueWalker(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    /** Moves to the next excerpt; returns false, without moving, if there is none yet. */
    boolean advance() {
        while (true) {
            int found = wordAt(offset);
            if (found == 0 || (found & INCOMPLETE) != 0) {
                return false;
            }
            int length = found & LENGTH_MASK;
            long start = offset + WORD_BYTES;
            if (length > size() - start) {
                throw new TraceFormatException(
                        file,
                        offset,
                        "an excerpt of " + length + " bytes",
                        "at most the " + (size() - start) + " left");
            }
            boolean block = length >= WORD_BYTES && wordAt(start) == BlockHeader.MAGIC;
            offset = start + length + 3 & ~3L;
            if ((found & META) == 0) {
                excerptOffset = start;
                excerptBytes = length;
                return true;
            }
            if (block) {
                throw new TraceFormatException(file, start - WORD_BYTES, "a block marked as Chronicle's own", "data");
            }
        }
    }

    /** Where {@link #advance} will look next. */
    long mark() {
        return offset;
    }

    /** Goes back to where {@link #mark} was taken. */
    void reset(long mark) {
        offset = mark;
    }

    /** Where the excerpt that {@link #advance} found begins, behind its length word. */
    long excerptOffset() {
        return excerptOffset;
    }

    int excerptBytes() {
        return excerptBytes;
    }

    /** Fills {@code target} from the current excerpt. */
    void read(int offsetInExcerpt, byte[] target, int lengthBytes) {
        readAt(excerptOffset + offsetInExcerpt, ByteBuffer.wrap(target, 0, lengthBytes));
    }

    /**
     * Looks behind the end that {@link #advance} came to for blocks that a writer cannot have left there: it commits
     * in order, so a whole block behind a gap means that the gap was made later.
     *
     * @param nextSequence number of the block that would come next
     */
    void requireNothingBehind(long nextSequence) {
        int gapWord = wordAt(offset);
        long scanFrom = offset + WORD_BYTES;
        var chunk = new byte[SCAN_BYTES + BlockHeader.BYTES];
        for (long at = scanFrom; at < size(); at += SCAN_BYTES) {
            int lengthBytes = readUpTo(at, ByteBuffer.wrap(chunk));
            for (int i = 0; i + BlockHeader.BYTES <= lengthBytes; i += WORD_BYTES) {
                if (chunk[i] == 'R' && BlockHeader.isAt(chunk, i)) {
                    requireUncommitted(gapWord, at + i, BlockHeader.sequenceAt(chunk, i), nextSequence);
                }
            }
        }
    }

    /**
     * The next block may stand right behind the end, whole: its writer fills it first, sets the length word then, and
     * can die in between.
     */
    private void requireUncommitted(int gapWord, long blockOffset, long sequence, long nextSequence) {
        boolean ownBlock = blockOffset == offset + WORD_BYTES && sequence == nextSequence;
        boolean grewMeanwhile = wordAt(offset) != gapWord;
        if (!grewMeanwhile && !ownBlock) {
            throw new TraceFormatException(
                    file,
                    offset,
                    "the end of the log (word 0x%08x), but block %d at offset %d"
                            .formatted(gapWord, sequence, blockOffset),
                    "block " + nextSequence);
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

    private int wordAt(long at) {
        word.clear().limit(WORD_BYTES);
        if (at > size() - WORD_BYTES) {
            return 0;
        }
        readAt(at, word);
        return word.getInt(0);
    }

    private void readAt(long at, ByteBuffer target) {
        int wanted = target.remaining();
        int missing = wanted - readUpTo(at, target);
        if (missing > 0) {
            throw new TraceFormatException(file, at, "the end of the file", missing + " bytes more");
        }
    }

    /** Reads as much as the file has, which a writer may cut off at any moment; returns how much. */
    private int readUpTo(long at, ByteBuffer target) {
        int total = 0;
        try {
            while (target.hasRemaining()) {
                int read = channel.read(target, at + total);
                if (read < 0) {
                    break;
                }
                total += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return total;
    }

    private long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
