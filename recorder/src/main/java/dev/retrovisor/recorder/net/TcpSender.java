package dev.retrovisor.recorder.net;

/**
 * The half of a connection that sends to the guest: what was read from the host and is not acknowledged yet, the guest's
 * window, and loss recovery as in NewReno (RFC 5681, RFC 6582, with
 * RFC 3042 and RFC 5827 for what is short). Offsets count the stream's bytes from 0; the FIN counts as
 * one more at its end.
 */
final class TcpSender {
    /** Sends one segment. */
    interface Transmitter {
        void transmit(long offset, int dataBytes, boolean fin);
    }

    /** Over half an hour in all: a guest that is stopped at a prompt comes back to its connections. */
    private static final int MAX_RETRIES = 40;

    private static final int DUPLICATES_OF_A_LOSS = 3;
    private static final int SMALLEST_SEGMENT_BYTES = 88;
    private static final long MAX_CONGESTION_BYTES = 1 << 20;

    private final ByteRing ring;
    private final RetransmissionTimer timer = new RetransmissionTimer(MAX_RETRIES);
    private int segmentBytes = 536;
    private boolean ended;
    private long acknowledged;
    private long next;
    private long highest;
    private long windowEnd;
    private long largestWindow;
    private long windowSequence = Long.MIN_VALUE;
    private long windowAcknowledgement;
    private long congestionBytes;
    private long thresholdBytes = MAX_CONGESTION_BYTES;
    private int duplicates;
    private boolean recovering;
    private long recoverOffset;
    private boolean resendFirst;
    private long timedOffset = -1;
    private long timedAtNanos;

    TcpSender(int capacityBytes) {
        ring = new ByteRing(capacityBytes);
    }

    /** The guest's SYN is known. */
    void open(int maxSegmentBytes, long window) {
        segmentBytes = Math.clamp(maxSegmentBytes, SMALLEST_SEGMENT_BYTES, TcpOutput.MAX_SEGMENT_BYTES);
        // RFC 6928's first window: the link is short.
        congestionBytes = 10L * segmentBytes;
        windowEnd = window;
        largestWindow = window;
    }

    ByteRing ring() {
        return ring;
    }

    long acknowledged() {
        return acknowledged;
    }

    /** Where a segment without data stands: after all that was sent, but inside the window, or the guest drops it. */
    long bareOffset() {
        return Math.min(highest, Math.max(windowEnd, acknowledged));
    }

    long highest() {
        return highest;
    }

    long deadline() {
        return timer.deadline();
    }

    /**
     * How much may be read from the host now: what the guest's window and our buffer hold. One byte even when the window
     * is shut, so that there is something to probe it with when the guest's update gets lost.
     */
    int roomBytes() {
        long window = Math.max(1, windowEnd - acknowledged);
        return (int) Math.max(0, Math.min(ring.limit(), acknowledged + window) - ring.end());
    }

    /** The host will send no more: a FIN follows the last byte. */
    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    /** Whether the guest has all that there was, but for the FIN. */
    boolean isDrained() {
        return acknowledged >= ring.end();
    }

    boolean isFinAcknowledged() {
        return ended && acknowledged > ring.end();
    }

    /**
     * Takes an acknowledgement that is not beyond {@link #highest}.
     *
     * @param sequence the segment's place in the guest's stream, which tells newer windows from older
     * @param bare whether the segment took nothing of the sequence space
     */
    void acknowledge(long ack, long window, long sequence, boolean bare, long nowNanos) {
        if (ack < acknowledged) {
            return;
        }
        long oldWindowEnd = windowEnd;
        if (sequence > windowSequence || sequence == windowSequence && ack >= windowAcknowledgement) {
            windowSequence = sequence;
            windowAcknowledgement = ack;
            windowEnd = ack + window;
            largestWindow = Math.max(largestWindow, window);
        }
        timer.alive();
        if (ack > acknowledged) {
            advance(ack, nowNanos);
        } else if (windowEnd > oldWindowEnd && oldWindowEnd <= acknowledged) {
            // The window opens: what the probes sent into the shut one was not taken.
            next = acknowledged;
            timer.progress();
            timer.disarm();
        } else if (bare && highest > acknowledged && windowEnd == oldWindowEnd && windowEnd > acknowledged) {
            duplicate();
        }
    }

    private void advance(long ack, long nowNanos) {
        long newlyBytes = ack - acknowledged;
        acknowledged = ack;
        ring.discardTo(ack);
        next = Math.max(next, ack);
        if (timedOffset >= 0 && ack > timedOffset) {
            timer.measured(nowNanos - timedAtNanos);
            timedOffset = -1;
        }
        timer.progress();
        timer.disarm();
        if (highest > acknowledged) {
            timer.arm(nowNanos);
        }
        duplicates = 0;
        if (!recovering) {
            long step = congestionBytes < thresholdBytes
                    ? Math.min(newlyBytes, 2L * segmentBytes)
                    : Math.max(1, (long) segmentBytes * segmentBytes / congestionBytes);
            congestionBytes = Math.min(MAX_CONGESTION_BYTES, congestionBytes + step);
        } else if (ack >= recoverOffset) {
            recovering = false;
            congestionBytes = thresholdBytes;
        } else {
            // RFC 6582: a partial acknowledgement names the next hole.
            resendFirst = true;
            congestionBytes = Math.max(segmentBytes, congestionBytes - newlyBytes + segmentBytes);
        }
    }

    private void duplicate() {
        duplicates++;
        if (recovering) {
            congestionBytes = Math.min(MAX_CONGESTION_BYTES, congestionBytes + segmentBytes);
        } else if (duplicates >= duplicatesOfALoss() && acknowledged >= recoverOffset) {
            recovering = true;
            recoverOffset = highest;
            thresholdBytes = Math.max((highest - acknowledged) / 2, 2L * segmentBytes);
            congestionBytes = thresholdBytes + (long) DUPLICATES_OF_A_LOSS * segmentBytes;
            resendFirst = true;
        }
    }

    /** Three; fewer when so little is under way that three can't come (RFC 5827), and no more can follow. */
    private int duplicatesOfALoss() {
        long segments = (highest - acknowledged + segmentBytes - 1) / segmentBytes;
        boolean more = ring.end() > highest && windowEnd > highest;
        return more || segments > DUPLICATES_OF_A_LOSS ? DUPLICATES_OF_A_LOSS : (int) Math.max(1, segments - 1);
    }

    /** Goes back to the first byte that is not acknowledged; false when that was done too often. */
    boolean onTimer() {
        if (highest > acknowledged) {
            thresholdBytes = Math.max((highest - acknowledged) / 2, 2L * segmentBytes);
            congestionBytes = segmentBytes;
            next = acknowledged;
        }
        recovering = false;
        recoverOffset = highest;
        duplicates = 0;
        timedOffset = -1;
        resendFirst = true; // Also as the probe of a window that is shut.
        return timer.expire();
    }

    /**
     * Sends what it may, at most so many segments and while the queue has room.
     *
     * @return whether there is more that could go at once
     */
    boolean transmit(Transmitter transmitter, FrameQueue queue, int mostSegments, long nowNanos) {
        int sent = 0;
        if (resendFirst && queue.hasRoom()) {
            resendFirst = false;
            long window = Math.max(1, windowEnd - acknowledged);
            int dataBytes = (int) Math.min(Math.min(segmentBytes, window), Math.max(0, ring.end() - acknowledged));
            boolean fin = ended && acknowledged + dataBytes == ring.end() && (dataBytes == 0 || dataBytes < window);
            if (dataBytes > 0 || fin) {
                emit(transmitter, acknowledged, dataBytes, fin, nowNanos);
                sent++;
            }
        }
        // RFC 3042: the first two duplicates let new data out, or a short window would never see the third.
        long limitedBytes = recovering ? 0 : (long) Math.min(duplicates, DUPLICATES_OF_A_LOSS - 1) * segmentBytes;
        long limit = Math.min(acknowledged + congestionBytes + limitedBytes, windowEnd);
        while (true) {
            int dataBytes = (int) Math.min(segmentBytes, Math.min(ring.end(), limit) - next);
            boolean fin = ended && next + dataBytes == ring.end() && next + dataBytes < limit;
            if (dataBytes < 0 || dataBytes == 0 && !fin || !fin && isSilly(dataBytes)) {
                break;
            }
            if (sent == mostSegments || !queue.hasRoom()) {
                return true;
            }
            emit(transmitter, next, dataBytes, fin, nowNanos);
            sent++;
        }
        boolean waiting = highest > acknowledged || next < ring.end() + (ended ? 1 : 0);
        if (!waiting) {
            timer.disarm();
        } else if (!timer.isArmed()) {
            timer.arm(nowNanos);
        }
        return resendFirst;
    }

    /** RFC 1122, "When to Send Data": what a small window alone makes small waits for a larger window. */
    private boolean isSilly(int dataBytes) {
        boolean whole = dataBytes == segmentBytes || next + dataBytes == ring.end();
        return !whole && (next > acknowledged || dataBytes < Math.min(segmentBytes, largestWindow / 2));
    }

    private void emit(Transmitter transmitter, long offset, int dataBytes, boolean fin, long nowNanos) {
        long end = offset + dataBytes + (fin ? 1 : 0);
        // Karn: only what goes out for the first time tells the round trip.
        if (timedOffset < 0 && offset >= highest && end > offset) {
            timedOffset = offset;
            timedAtNanos = nowNanos;
        } else if (offset < highest && timedOffset >= offset && timedOffset < end) {
            timedOffset = -1;
        }
        transmitter.transmit(offset, dataBytes, fin);
        next = Math.max(next, end);
        highest = Math.max(highest, end);
        if (!timer.isArmed()) {
            timer.arm(nowNanos);
        }
    }
}
