package dev.retrovisor.recorder;

/** A bounded queue of bytes between the thread that reads the host's input and the machine's thread. */
final class InputQueue {
    private final byte[] ring;
    private int head;
    private int size;
    private boolean ended;

    InputQueue(int capacityBytes) {
        ring = new byte[capacityBytes];
    }

    /** Adds bytes; waits while there is no room. */
    synchronized void put(byte[] bytes, int offset, int lengthBytes) throws InterruptedException {
        for (int i = 0; i < lengthBytes; i++) {
            while (size == ring.length) {
                wait();
            }
            ring[(head + size) % ring.length] = bytes[offset + i];
            size++;
        }
    }

    /** Says that nothing will be added any more. */
    synchronized void end() {
        ended = true;
    }

    /** Takes at most {@code maxBytes} bytes. */
    synchronized byte[] take(int maxBytes) {
        var taken = new byte[Math.min(maxBytes, size)];
        int untilWrap = Math.min(taken.length, ring.length - head);
        System.arraycopy(ring, head, taken, 0, untilWrap);
        System.arraycopy(ring, 0, taken, untilWrap, taken.length - untilWrap);
        head = (head + taken.length) % ring.length;
        size -= taken.length;
        notifyAll();
        return taken;
    }

    synchronized int size() {
        return size;
    }

    synchronized boolean ended() {
        return ended;
    }
}
