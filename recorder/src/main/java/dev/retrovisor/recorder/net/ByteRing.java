package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A window of a byte stream, addressed by absolute stream offsets. It holds {@code [base, end)}; bytes may be placed
 * past the end, in any order, and count as held when {@link #extendTo} says so. Memory grows as it is used, up to the
 * capacity.
 */
final class ByteRing {
    private static final int FIRST_BYTES = 8192;

    private final int capacityBytes;
    private byte[] bytes = {};
    private long base;
    private long end;

    /** @param capacityBytes a power of two, at least 8192 */
    ByteRing(int capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    long base() {
        return base;
    }

    long end() {
        return end;
    }

    /** The first offset for which there can be no room. */
    long limit() {
        return base + capacityBytes;
    }

    /** Puts bytes at an offset, anywhere in {@code [base, limit)}. */
    void place(long offset, byte[] source, int from, int lengthBytes) {
        ensure(offset + lengthBytes);
        int at = index(offset);
        int first = Math.min(lengthBytes, bytes.length - at);
        System.arraycopy(source, from, bytes, at, first);
        System.arraycopy(source, from + first, bytes, 0, lengthBytes - first);
    }

    /** Counts what was placed up to here as held. */
    void extendTo(long newEnd) {
        end = Math.max(end, newEnd);
    }

    void copy(long offset, byte[] target, int at, int lengthBytes) {
        int from = index(offset);
        int first = Math.min(lengthBytes, bytes.length - from);
        System.arraycopy(bytes, from, target, at, first);
        System.arraycopy(bytes, 0, target, at + first, lengthBytes - first);
    }

    void discardTo(long offset) {
        base = Math.max(base, Math.min(offset, end));
    }

    /** Lets go of the memory and of all that is held. */
    void release() {
        base = end;
        bytes = new byte[0];
    }

    /** Appends what a channel has, at most this much; -1 at its end. */
    int readFrom(ReadableByteChannel channel, int mostBytes) throws IOException {
        int total = 0;
        while (total < mostBytes) {
            // Grow by what is there, not by what might be: an idle connection holds little.
            ensure(end + Math.min(mostBytes - total, FIRST_BYTES));
            int at = index(end);
            int room = (int) Math.min(mostBytes - total, base + bytes.length - end);
            int chunk = Math.min(room, bytes.length - at);
            int read = channel.read(ByteBuffer.wrap(bytes, at, chunk));
            if (read < 0) {
                return total == 0 ? -1 : total;
            }
            end += read;
            total += read;
            if (read < chunk) {
                break;
            }
        }
        return total;
    }

    /** Gives a channel what is held and forgets what it took. */
    void writeTo(WritableByteChannel channel) throws IOException {
        while (base < end) {
            int at = index(base);
            int chunk = (int) Math.min(end - base, bytes.length - at);
            int written = channel.write(ByteBuffer.wrap(bytes, at, chunk));
            base += written;
            if (written < chunk) {
                return;
            }
        }
    }

    private int index(long offset) {
        return (int) offset & bytes.length - 1;
    }

    private void ensure(long needed) {
        if (needed - base <= bytes.length) {
            return;
        }
        if (needed > limit()) {
            throw new IllegalStateException("ring of %d bytes asked for %d".formatted(capacityBytes, needed - base));
        }
        int grown = Math.max(FIRST_BYTES, Integer.highestOneBit((int) (needed - base) - 1) * 2);
        byte[] old = bytes;
        bytes = new byte[grown];
        // Placed bytes may lie past the end: the whole old window moves.
        for (long offset = base; offset < base + old.length; ) {
            int from = (int) offset & old.length - 1;
            int chunk = (int) Math.min(old.length - from, base + old.length - offset);
            int to = index(offset);
            chunk = Math.min(chunk, bytes.length - to);
            System.arraycopy(old, from, bytes, to, chunk);
            offset += chunk;
        }
    }
}
