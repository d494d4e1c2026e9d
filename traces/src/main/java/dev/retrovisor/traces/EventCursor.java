package dev.retrovisor.traces;

import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * Goes over the entries of one log in order, one block in memory at a time.
 *
 * <p>It ends where {@link TraceReader#durableEnd} did when it was last refreshed: {@link #peek} then returns null, and
 * goes on after a refresh has found more. Not for several threads.
 *
 * @param <T> what the log holds
 */
public final class EventCursor<T> implements AutoCloseable {
    private final BlockReader blocks;
    private final BiFunction<ByteSource, Position, EntryDecoder<T>> decoding;
    private final LongSupplier blockLimit;
    private EntryDecoder<T> decoder;
    private int entriesLeft;
    private long ordinal;
    private T peeked;

    EventCursor(
            BlockReader blocks, BiFunction<ByteSource, Position, EntryDecoder<T>> decoding, LongSupplier blockLimit) {
        this.blocks = blocks;
        this.decoding = decoding;
        this.blockLimit = blockLimit;
    }

    /** The next entry, without taking it, or null if there is none yet. */
    public T peek() {
        while (peeked == null && loadBlock(ordinal)) {
            peeked = decoder.next();
            entriesLeft--;
            if (decoder.hasNext() != entriesLeft > 0) {
                throw blocks.bad(
                        entriesLeft > 0 ? entriesLeft + " entries too few" : "entries too many",
                        "as many as the header says");
            }
        }
        return peeked;
    }

    /** Takes the next entry, or returns null if there is none yet. */
    public T next() {
        T entry = peek();
        if (entry != null) {
            peeked = null;
            ordinal++;
        }
        return entry;
    }

    /** Number of the entry that {@link #next} will return, from 0. */
    public long ordinal() {
        return ordinal;
    }

    /**
     * Moves forward to the entry with this number, over whole blocks without unpacking them.
     *
     * @throws IllegalArgumentException if it lies behind, or past the end of what can be read now
     */
    public void skipTo(long newOrdinal) {
        if (newOrdinal < ordinal) {
            throw new IllegalArgumentException("cannot go back from entry %d to %d".formatted(ordinal, newOrdinal));
        }
        while (ordinal < newOrdinal) {
            if (peeked == null && !loadBlock(newOrdinal)) {
                break;
            }
            if (ordinal < newOrdinal) {
                next();
            }
        }
        if (ordinal != newOrdinal) {
            throw new IllegalArgumentException("no entry %d: there are %d so far".formatted(newOrdinal, ordinal));
        }
    }

    @Override
    public void close() {
        blocks.close();
    }

    /** Makes sure that a block with entries left is loaded, jumping over those that end at or before {@code target}. */
    private boolean loadBlock(long target) {
        while (entriesLeft == 0) {
            if (blocks.blocks() >= blockLimit.getAsLong()) {
                return false;
            }
            BlockHeader header = blocks.next();
            if (header == null) {
                throw blocks.bad("the end of the log", "block " + blocks.blocks());
            }
            if (header.kind() != BlockKind.DATA) {
                continue;
            }
            if (header.entryCount() > 0 && ordinal + header.entryCount() <= target && target > ordinal) {
                ordinal += header.entryCount();
                continue;
            }
            ByteSource content = blocks.content();
            decoder = decoding.apply(content, header.first());
            entriesLeft = header.entryCount();
            if (decoder.hasNext() != entriesLeft > 0) {
                throw blocks.bad(content.remaining() + " bytes for " + entriesLeft + " entries", "entries");
            }
        }
        return true;
    }
}
