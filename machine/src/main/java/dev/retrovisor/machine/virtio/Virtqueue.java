package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;

/**
 * The device's side of a split virtqueue (virtio 1.2, "Split Virtqueues"), with indirect descriptors and event indexes.
 *
 * <p>A request is taken with {@link #next}, looked into with {@link #chain}, and handed back with {@link #push}; one
 * {@link #signal} follows a batch of pushes. Between the first two any time may pass: only the head needs to be kept.
 * Layout, all little-endian: descriptor 16 bytes (address u64, length u32, flags u16, next u16); available ring (flags
 * u16, index u16, heads u16 each, used_event u16); used ring (flags u16, index u16, {head u32, length u32} each,
 * avail_event u16).
 */
final class Virtqueue {
    /** No request waits, or the queue does not work. */
    static final int NONE = -1;

    private static final int DESCRIPTOR_BYTES = 16;
    private static final int USED_ELEMENT_BYTES = 8;
    private static final int RING_HEADER_BYTES = 4;
    private static final int FLAG_NEXT = 1;
    private static final int FLAG_WRITE = 2;
    private static final int FLAG_INDIRECT = 4;
    private static final int AVAILABLE_NO_INTERRUPT = 1;
    private static final int INDEX_MASK = 0xFFFF;

    private final GuestMemory memory;
    private final DeviceStatus status;
    private final int maxSize;

    @Derived("filled anew for each request, used only while it is served")
    private final DescriptorChain chain;

    private int size;
    private boolean ready;
    private long descriptors;
    private long available;
    private long used;

    /** Free-running indexes of 16 bits: next to take, next to hand back, and what the driver was last told of. */
    private int nextAvailable;

    private int nextUsed;
    private int signalledUsed;

    /** @param maxSize a power of two, 1 to 32,768 */
    Virtqueue(GuestMemory memory, DeviceStatus status, int maxSize) {
        this.memory = memory;
        this.status = status;
        this.maxSize = maxSize;
        this.chain = new DescriptorChain(memory, maxSize);
        reset();
    }

    int maxSize() {
        return maxSize;
    }

    boolean isReady() {
        return ready;
    }

    /** Sets the number of descriptors; looked at once the queue becomes ready. */
    void setSize(int newSize) {
        if (!ready) {
            size = newSize;
        }
    }

    /** The three addresses, set by halves; fixed while the queue is ready. */
    void setDescriptors(int half, int bits) {
        if (!ready) {
            descriptors = withHalf(descriptors, half, bits);
        }
    }

    void setAvailable(int half, int bits) {
        if (!ready) {
            available = withHalf(available, half, bits);
        }
    }

    void setUsed(int half, int bits) {
        if (!ready) {
            used = withHalf(used, half, bits);
        }
    }

    /** Starts the queue, if its rings can be one. */
    void start() {
        if (ready) {
            return;
        }
        if (!ringsAreSound()) {
            status.needsReset();
            return;
        }
        ready = true;
    }

    /** Stops the queue and forgets where it was; size and addresses stay. */
    void stop() {
        ready = false;
        nextAvailable = 0;
        nextUsed = 0;
        signalledUsed = 0;
    }

    void reset() {
        stop();
        size = maxSize;
        descriptors = 0;
        available = 0;
        used = 0;
    }

    /** Takes the next request's head, or {@link #NONE}; then the driver is asked to say when there is one. */
    int next() {
        if (!ready || !status.running()) {
            return NONE;
        }
        int waiting = (memory.readShort(available + 2) - nextAvailable) & INDEX_MASK;
        if (waiting == 0) {
            if (status.has(VirtioDevice.EVENT_IDX)) {
                memory.writeShort(used + RING_HEADER_BYTES + (long) USED_ELEMENT_BYTES * size, nextAvailable);
            }
            return NONE;
        }
        int taken = (nextAvailable - nextUsed) & INDEX_MASK;
        // A driver has no more than size descriptors to give: it has jumped, or gone back.
        if (waiting + taken > size) {
            status.needsReset();
            return NONE;
        }
        long entry = available + RING_HEADER_BYTES + 2L * (nextAvailable & (size - 1));
        int head = memory.readShort(entry) & INDEX_MASK;
        if (head >= size) {
            status.needsReset();
            return NONE;
        }
        nextAvailable = (nextAvailable + 1) & INDEX_MASK;
        return head;
    }

    /** Undoes the last {@link #next}: the same request comes again. */
    void putBack() {
        nextAvailable = (nextAvailable - 1) & INDEX_MASK;
    }

    /**
     * Reads a request's descriptors and checks them all.
     *
     * @return valid until the next call, or null: the device then needs a reset
     */
    DescriptorChain chain(int head) {
        chain.clear();
        long table = descriptors;
        int tableSize = size;
        boolean indirect = false;
        int index = head;
        int visited = 0;
        while (index < tableSize && visited++ < tableSize) {
            long at = table + (long) DESCRIPTOR_BYTES * index;
            long address = memory.readLong(at);
            long rest = memory.readLong(at + 8);
            long lengthBytes = rest & 0xFFFF_FFFFL;
            int flags = (int) (rest >>> 32) & 0xFFFF;
            if ((flags & FLAG_INDIRECT) != 0) {
                if (indirect || !isIndirectTable(address, lengthBytes, flags)) {
                    break;
                }
                indirect = true;
                table = address;
                tableSize = (int) (lengthBytes / DESCRIPTOR_BYTES);
                index = 0;
                visited = 0;
                continue;
            }
            if (!chain.add(address, lengthBytes, (flags & FLAG_WRITE) != 0)) {
                break;
            }
            if ((flags & FLAG_NEXT) == 0) {
                return chain;
            }
            index = (int) (rest >>> 48);
        }
        status.needsReset();
        return null;
    }

    /** Hands a request back, {@code writtenBytes} of it written. */
    void push(int head, long writtenBytes) {
        long element = used + RING_HEADER_BYTES + (long) USED_ELEMENT_BYTES * (nextUsed & (size - 1));
        memory.writeInt(element, head);
        memory.writeInt(element + 4, (int) writtenBytes);
        nextUsed = (nextUsed + 1) & INDEX_MASK;
        memory.writeShort(used + 2, nextUsed);
    }

    /** Interrupts the driver if something was handed back since the last call and the driver wants to know. */
    void signal() {
        int pushed = (nextUsed - signalledUsed) & INDEX_MASK;
        if (pushed == 0 || !status.running()) {
            return;
        }
        signalledUsed = nextUsed;
        boolean wanted;
        if (status.has(VirtioDevice.EVENT_IDX)) {
            int usedEvent = memory.readShort(available + RING_HEADER_BYTES + 2L * size);
            wanted = ((nextUsed - usedEvent - 1) & INDEX_MASK) < pushed;
        } else {
            wanted = (memory.readShort(available) & AVAILABLE_NO_INTERRUPT) == 0;
        }
        if (wanted) {
            status.usedBuffer();
        }
    }

    void save(StateWriter out) {
        out.putInt(size);
        out.putBoolean(ready);
        out.putLong(descriptors);
        out.putLong(available);
        out.putLong(used);
        out.putInt(nextAvailable | nextUsed << 16);
        out.putInt(signalledUsed);
    }

    void load(StateReader in) {
        size = in.getInt();
        ready = in.getBoolean();
        descriptors = in.getLong();
        available = in.getLong();
        used = in.getLong();
        int indexes = in.getInt();
        nextAvailable = indexes & INDEX_MASK;
        nextUsed = indexes >>> 16;
        signalledUsed = in.getInt();
        if (ready && !ringsAreSound() || (signalledUsed & ~INDEX_MASK) != 0) {
            throw new StateFormatException(
                    "virtqueue of size %d at 0x%x, 0x%x, 0x%x, index 0x%x: found none that can be ready"
                            .formatted(size, descriptors, available, used, signalledUsed));
        }
    }

    private boolean isIndirectTable(long address, long lengthBytes, int flags) {
        return status.has(VirtioDevice.INDIRECT_DESC)
                && (flags & FLAG_NEXT) == 0
                && lengthBytes % DESCRIPTOR_BYTES == 0
                && lengthBytes > 0
                && lengthBytes <= (long) maxSize * DESCRIPTOR_BYTES
                && memory.contains(address, lengthBytes);
    }

    /** Alignments as virtio 1.2, "Split Virtqueues" demands them; the event words count as part of the rings. */
    private boolean ringsAreSound() {
        return size >= 1
                && size <= maxSize
                && Integer.bitCount(size) == 1
                && descriptors % DESCRIPTOR_BYTES == 0
                && available % 2 == 0
                && used % 4 == 0
                && memory.contains(descriptors, (long) DESCRIPTOR_BYTES * size)
                && memory.contains(available, RING_HEADER_BYTES + 2L * size + 2)
                && memory.contains(used, RING_HEADER_BYTES + (long) USED_ELEMENT_BYTES * size + 2);
    }

    private static long withHalf(long address, int half, int bits) {
        int shift = half * Integer.SIZE;
        return address & ~(0xFFFF_FFFFL << shift) | (bits & 0xFFFF_FFFFL) << shift;
    }
}
