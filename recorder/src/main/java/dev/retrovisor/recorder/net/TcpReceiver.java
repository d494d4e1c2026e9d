package dev.retrovisor.recorder.net;

import java.util.Map;
import java.util.TreeMap;

/**
 * The half of a connection that takes from the guest: puts the stream in order and says how much more fits. Offsets count
 * the stream's bytes from 0; the FIN counts as one more at its end.
 */
final class TcpReceiver {
    private static final int MAX_ISLANDS = 64;

    private final ByteRing ring;
    /** What came too early: start to end, apart from each other and past the ring's end. */
    private final TreeMap<Long, Long> islands = new TreeMap<>();

    private long finOffset = -1;
    private long promisedEnd;

    TcpReceiver(int capacityBytes) {
        ring = new ByteRing(capacityBytes);
    }

    /** What is in order and not yet with the host. */
    ByteRing ring() {
        return ring;
    }

    /** What an acknowledgement says. */
    long acknowledgement() {
        return ring.end() + (isFinished() ? 1 : 0);
    }

    /** Whether the guest's FIN and all before it are here. */
    boolean isFinished() {
        return finOffset == ring.end();
    }

    boolean hasGap() {
        return !islands.isEmpty();
    }

    /** Whether a segment lies, at least in part, where we would take it. */
    boolean accepts(long offset, int sequenceLength) {
        long end = offset + sequenceLength;
        if (sequenceLength == 0) {
            return offset >= acknowledgement() && offset <= Math.max(acknowledgement(), ring.limit());
        }
        return end > acknowledgement() && offset < ring.limit();
    }

    void accept(long offset, byte[] bytes, int from, int dataBytes, boolean fin) {
        long dataEnd = offset + dataBytes;
        long farthest = islands.isEmpty() ? ring.end() : islands.lastEntry().getValue();
        if (fin && finOffset < 0 && dataEnd >= farthest && dataEnd <= ring.limit()) {
            finOffset = dataEnd;
        }
        long limit = finOffset < 0 ? ring.limit() : Math.min(ring.limit(), finOffset);
        long start = Math.max(offset, ring.end());
        long end = Math.min(dataEnd, limit);
        if (start >= end || start > ring.end() && islands.size() == MAX_ISLANDS) {
            return;
        }
        ring.place(start, bytes, from + (int) (start - offset), (int) (end - start));
        if (start == ring.end()) {
            ring.extendTo(end);
        } else {
            addIsland(start, end);
        }
        while (!islands.isEmpty() && islands.firstKey() <= ring.end()) {
            ring.extendTo(islands.pollFirstEntry().getValue());
        }
    }

    private void addIsland(long start, long end) {
        long first = start;
        long last = end;
        Map.Entry<Long, Long> neighbour = islands.floorEntry(last);
        while (neighbour != null && neighbour.getValue() >= first) {
            first = Math.min(first, neighbour.getKey());
            last = Math.max(last, neighbour.getValue());
            islands.remove(neighbour.getKey());
            neighbour = islands.floorEntry(last);
        }
        islands.put(first, last);
    }

    /** The window to promise now, in bytes; RFC 1122's receiver avoids promising silly bits. */
    int promise(int largestBytes) {
        promisedEnd = worthPromising() ? ring.limit() : promisedEnd;
        return Math.clamp(promisedEnd - ring.end(), 0, largestBytes);
    }

    /** Whether the window has opened so far since the last promise that the guest should hear of it. */
    boolean owesUpdate() {
        return !isFinished() && promisedEnd - ring.end() < 2L * TcpOutput.MAX_SEGMENT_BYTES && worthPromising();
    }

    private boolean worthPromising() {
        return ring.limit() - promisedEnd >= 2L * TcpOutput.MAX_SEGMENT_BYTES;
    }

    /** Throws away what nobody takes any more. */
    void discard() {
        ring.discardTo(ring.end());
    }
}
