package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;

/** A bounded first-in-first-out queue of bytes. Its saved form is its content: where the ring starts is no state. */
final class ByteQueue {
    private final byte[] ring;

    @Derived("where the ring starts: a loaded queue starts at 0")
    private int head;

    private int size;

    ByteQueue(int capacityBytes) {
        ring = new byte[capacityBytes];
    }

    int size() {
        return size;
    }

    int free() {
        return ring.length - size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Appends a byte; false if there is no room for it. */
    boolean add(int value) {
        if (size == ring.length) {
            return false;
        }
        ring[(head + size) % ring.length] = (byte) value;
        size++;
        return true;
    }

    /** Removes the oldest byte, 0 to 255; the queue must not be empty. */
    int take() {
        int value = ring[head] & 0xFF;
        head = (head + 1) % ring.length;
        size--;
        return value;
    }

    void clear() {
        head = 0;
        size = 0;
    }

    void save(StateWriter out) {
        out.putInt(size);
        for (int i = 0; i < size; i++) {
            out.putByte(ring[(head + i) % ring.length]);
        }
    }

    void load(StateReader in) {
        int count = in.getInt();
        if (count < 0 || count > ring.length) {
            throw new StateFormatException("byte queue: found %d bytes, room for %d".formatted(count, ring.length));
        }
        clear();
        in.getRaw(ring, 0, count);
        size = count;
    }
}
