package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.memory.GuestMemory;

/**
 * The buffers of one request: first those that the device reads, then those that it writes, each seen as one run of
 * bytes however the driver has cut them. All lie in RAM. One instance serves a queue's requests one after the other.
 */
final class DescriptorChain {
    private final GuestMemory memory;
    private final long[] addresses;
    private final long[] lengths;
    private int readable;
    private int count;
    private long readableBytes;
    private long writableBytes;

    DescriptorChain(GuestMemory memory, int maxBuffers) {
        this.memory = memory;
        this.addresses = new long[maxBuffers];
        this.lengths = new long[maxBuffers];
    }

    void clear() {
        readable = 0;
        count = 0;
        readableBytes = 0;
        writableBytes = 0;
    }

    /** Appends a buffer; false if no driver may ask for that. */
    boolean add(long address, long lengthBytes, boolean writable) {
        boolean inOrder = writable || count == readable;
        if (!inOrder || count == addresses.length || lengthBytes == 0 || !memory.contains(address, lengthBytes)) {
            return false;
        }
        addresses[count] = address;
        lengths[count] = lengthBytes;
        count++;
        if (writable) {
            writableBytes += lengthBytes;
        } else {
            readable = count;
            readableBytes += lengthBytes;
        }
        return true;
    }

    /** Length of the part that the device reads. */
    long readableBytes() {
        return readableBytes;
    }

    /** Length of the part that the device writes. */
    long writableBytes() {
        return writableBytes;
    }

    /** Copies from the readable part, in which the range must lie. */
    void gather(long from, byte[] target, int targetOffset, int lengthBytes) {
        int buffer = 0;
        long skip = from;
        int done = 0;
        while (done < lengthBytes) {
            if (skip >= lengths[buffer]) {
                skip -= lengths[buffer++];
                continue;
            }
            int part = (int) Math.min(lengths[buffer] - skip, lengthBytes - done);
            memory.read(addresses[buffer++] + skip, target, targetOffset + done, part);
            skip = 0;
            done += part;
        }
    }

    /** Copies into the writable part, in which the range must lie. */
    void scatter(long from, byte[] source, int sourceOffset, int lengthBytes) {
        int buffer = readable;
        long skip = from;
        int done = 0;
        while (done < lengthBytes) {
            if (skip >= lengths[buffer]) {
                skip -= lengths[buffer++];
                continue;
            }
            int part = (int) Math.min(lengths[buffer] - skip, lengthBytes - done);
            memory.write(addresses[buffer++] + skip, source, sourceOffset + done, part);
            skip = 0;
            done += part;
        }
    }
}
