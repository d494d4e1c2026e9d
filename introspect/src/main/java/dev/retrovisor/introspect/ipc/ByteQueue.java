package dev.retrovisor.introspect.ipc;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;

/** What lies in a channel of bytes between writing and reading, and who wrote which part of it. */
final class ByteQueue {
    /** So many writes may lie unread; a guest that has more loses the names of the eldest. */
    private static final int MOST_SEGMENTS = 1 << 16;

    /**
     * A part of what is read that comes from one write.
     *
     * @param begins whether the write's first byte is in it
     * @param payload of these bytes, as far as it is kept
     */
    record Piece(Sent sent, long bytes, boolean begins, byte[] payload) {
        int messages() {
            return begins ? 1 : 0;
        }
    }

    private static final class Segment {
        private final Sent sent;
        private long taken;
        private long end;

        Segment(Sent sent, long taken, long end) {
            this.sent = sent;
            this.taken = taken;
            this.end = end;
        }
    }

    private final Deque<Segment> segments = new ArrayDeque<>();
    private long bytes;

    long bytes() {
        return bytes;
    }

    /**
     * Puts bytes behind the others.
     *
     * @param offset how much of the same write was put in before: 0 where it begins
     */
    void append(Sent sent, long lengthBytes, long offset) {
        if (lengthBytes <= 0) {
            return;
        }
        Segment last = segments.peekLast();
        if (last != null && last.sent == sent && last.end == offset) {
            last.end += lengthBytes;
        } else {
            if (segments.size() == MOST_SEGMENTS) {
                drop(segments.getFirst().end - segments.getFirst().taken);
            }
            segments.addLast(new Segment(sent, offset, offset + lengthBytes));
        }
        bytes += lengthBytes;
    }

    /** Takes bytes from the front; what is taken beyond what is known was sent before the watch. */
    void take(long lengthBytes, Consumer<Piece> pieces) {
        long left = lengthBytes;
        while (left > 0) {
            Segment first = segments.peekFirst();
            if (first == null) {
                pieces.accept(new Piece(Sent.BEFORE, left, true, Sent.NOTHING));
                return;
            }
            long part = Math.min(left, first.end - first.taken);
            pieces.accept(new Piece(first.sent, part, first.taken == 0, payload(first, part)));
            first.taken += part;
            bytes -= part;
            left -= part;
            if (first.taken == first.end) {
                segments.removeFirst();
            }
        }
    }

    private static byte[] payload(Segment segment, long part) {
        byte[] kept = segment.sent.payload();
        if (segment.taken >= kept.length) {
            return Sent.NOTHING;
        }
        return Arrays.copyOfRange(kept, (int) segment.taken, (int) Math.min(kept.length, segment.taken + part));
    }

    /** Takes back what was put in and then refused; what was read of it meanwhile had been accepted. */
    void retract(Sent sent) {
        segments.removeIf(segment -> {
            boolean isIt = segment.sent == sent;
            bytes -= isIt ? segment.end - segment.taken : 0;
            return isIt;
        });
    }

    /** Throws bytes at the front away. */
    void drop(long lengthBytes) {
        take(Math.min(lengthBytes, bytes), _ -> {});
    }

    /** Nothing but bytes of unknown origin lie in the channel. */
    void restart(long lengthBytes) {
        segments.clear();
        bytes = 0;
        append(Sent.BEFORE, lengthBytes, 0);
    }
}
