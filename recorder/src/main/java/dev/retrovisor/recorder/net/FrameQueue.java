package dev.retrovisor.recorder.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The frames that wait for the guest: one producer, the selector thread, and one consumer, the machine's thread.
 *
 * <p>Stream data asks {@link #hasRoom} first and waits; all else is dropped when the queue is full, as a switch would.
 */
final class FrameQueue {
    private static final int CAPACITY_FRAMES = 256;
    /** The rest is kept for acknowledgements, ARP and the like. */
    private static final int DATA_FRAMES = 192;
    /** A stalled producer is woken only here, so that it fills in batches. */
    private static final int LOW_FRAMES = 64;

    private final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Runnable wakeProducer;
    private volatile boolean stalled;
    private volatile Runnable wakeConsumer = () -> {};
    /** Touched by the producer only. */
    private boolean produced;

    FrameQueue(Runnable wakeProducer) {
        this.wakeProducer = wakeProducer;
    }

    boolean hasRoom() {
        return count.get() < DATA_FRAMES;
    }

    void offer(byte[] frame) {
        if (count.get() < CAPACITY_FRAMES) {
            frames.add(frame);
            count.incrementAndGet();
            produced = true;
        }
    }

    byte[] poll() {
        byte[] frame = frames.poll();
        if (frame != null && count.decrementAndGet() <= LOW_FRAMES && stalled) {
            stalled = false;
            wakeProducer.run();
        }
        return frame;
    }

    /** The producer has data and no room. Answers whether there is room by now, after all. */
    boolean stall() {
        stalled = true;
        // The consumer may have passed the mark before it could see the flag.
        return count.get() <= LOW_FRAMES;
    }

    /** Tells the consumer what was added since the last call; once for a batch. */
    void announce() {
        if (produced) {
            produced = false;
            wakeConsumer.run();
        }
    }

    /** The producer has ended: whoever waits for it shall look. */
    void fail() {
        wakeConsumer.run();
    }

    void setWakeup(Runnable wakeup) {
        wakeConsumer = wakeup;
        if (count.get() > 0) {
            wakeup.run();
        }
    }
}
