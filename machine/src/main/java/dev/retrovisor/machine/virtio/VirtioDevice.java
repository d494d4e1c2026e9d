package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;

/**
 * What is behind the transport: one kind of device, with its queues and its configuration space.
 *
 * <p>A restored device leaves its interrupt line and its alarm alone: the interrupt controller and the alarms have
 * state of their own.
 */
public abstract sealed class VirtioDevice implements Stateful
        permits VirtioBlock, VirtioConsole, VirtioEntropy, VirtioNet {
    /** Features of every device here (virtio 1.2, "Reserved Feature Bits"). */
    static final long INDIRECT_DESC = 1L << 28;

    static final long EVENT_IDX = 1L << 29;
    static final long VERSION_1 = 1L << 32;

    final DeviceStatus status;

    private final String name;
    private final int deviceId;
    private final Virtqueue[] queues;

    @Derived("fixed when the device is made, but for what a device itself saves and puts back")
    private final byte[] config;

    /**
     * @param deviceId virtio 1.2, "Device Types"
     * @param features beyond those that all devices have
     */
    VirtioDevice(
            String name,
            int deviceId,
            long features,
            int configBytes,
            int queueCount,
            int maxQueueSize,
            GuestMemory memory,
            IrqLine irq) {
        this.name = name;
        this.deviceId = deviceId;
        this.status = new DeviceStatus(irq, features | INDIRECT_DESC | EVENT_IDX | VERSION_1);
        this.config = new byte[configBytes];
        this.queues = new Virtqueue[queueCount];
        for (int i = 0; i < queueCount; i++) {
            queues[i] = new Virtqueue(memory, status, maxQueueSize);
        }
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void save(StateWriter out) {
        status.save(out);
        for (Virtqueue queue : queues) {
            queue.save(out);
        }
        saveOwn(out);
    }

    @Override
    public final void load(StateReader in) {
        status.load(in);
        for (Virtqueue queue : queues) {
            queue.load(in);
        }
        loadOwn(in);
    }

    /** The driver says that requests may wait in a queue; the device runs and the queue is ready. */
    abstract void notified(int queueIndex);

    /** A queue was stopped: requests taken from it must not be handed back any more. */
    abstract void stopped(int queueIndex);

    abstract void saveOwn(StateWriter out);

    abstract void loadOwn(StateReader in);

    final int deviceId() {
        return deviceId;
    }

    final int queueCount() {
        return queues.length;
    }

    final Virtqueue queue(int index) {
        return queues[index];
    }

    /** The driver's reset: pending work is dropped, what the outside decided (a terminal's size) stays. */
    final void reset() {
        status.reset();
        for (int i = 0; i < queues.length; i++) {
            queues[i].reset();
            stopped(i);
        }
    }

    /** Lets every ready queue be looked at once the driver has become ready: it may have notified too early. */
    final void start() {
        for (int i = 0; i < queues.length; i++) {
            if (queues[i].isReady() && status.running()) {
                notified(i);
            }
        }
    }

    final void stopQueue(int index) {
        queues[index].stop();
        stopped(index);
    }

    final long readConfig(long offset, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            if (offset + i < config.length) {
                value |= (config[(int) offset + i] & 0xFFL) << 8 * i;
            }
        }
        return value;
    }

    final void putConfig(int offset, int sizeBytes, long value) {
        for (int i = 0; i < sizeBytes; i++) {
            config[offset + i] = (byte) (value >>> 8 * i);
        }
    }
}
