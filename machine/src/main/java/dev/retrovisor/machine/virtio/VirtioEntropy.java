package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.EntropySource;
import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;

/**
 * Entropy device (virtio 1.2, "Entropy Device"), served by the machine's own generator. Requests that come before the
 * generator's first seed wait in their queue.
 */
public final class VirtioEntropy extends VirtioDevice {
    private static final int DEVICE_ID = 4;
    private static final int QUEUE_SIZE = 64;

    /** More than that is never given to one request: virtio lets a device fill less than it was offered. */
    private static final int MAX_REQUEST_BYTES = 4096;

    private final EntropySource source;

    @Derived("holds the bytes of one request while it is served")
    private final byte[] buffer = new byte[MAX_REQUEST_BYTES];

    public VirtioEntropy(EntropySource source, GuestMemory memory, IrqLine irq) {
        super("virtio-rng", DEVICE_ID, 0, 0, 1, QUEUE_SIZE, memory, irq);
        this.source = source;
    }

    /** Says that the generator has got a seed: serves what waited for the first one. */
    public void seeded() {
        notified(0);
    }

    @Override
    void notified(int queueIndex) {
        if (!source.isSeeded()) {
            return;
        }
        Virtqueue queue = queue(0);
        for (int head = queue.next(); head != Virtqueue.NONE; head = queue.next()) {
            DescriptorChain chain = queue.chain(head);
            if (chain == null) {
                return;
            }
            if (chain.readableBytes() != 0) {
                status.needsReset();
                return;
            }
            int count = (int) Math.min(chain.writableBytes(), MAX_REQUEST_BYTES);
            source.fill(buffer, 0, count);
            chain.scatter(0, buffer, 0, count);
            queue.push(head, count);
        }
        queue.signal();
    }

    @Override
    void stopped(int queueIndex) {
        // Requests wait in the queue itself.
    }

    @Override
    void saveOwn(StateWriter out) {
        // The generator is a part of its own.
    }

    @Override
    void loadOwn(StateReader in) {
        // The generator is a part of its own.
    }
}
