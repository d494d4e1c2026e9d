package dev.retrovisor.machine.memory;

/**
 * RAM as a device with direct memory access sees it: physical addresses, little-endian. Writes keep the machine's
 * books: translated code is dropped, pages become dirty, load reservations on them end.
 *
 * <p>Ask {@link #contains} first: an access outside RAM is our bug and throws {@link IndexOutOfBoundsException}.
 */
public interface GuestMemory {
    /** Whether all of {@code [physicalAddress, physicalAddress + lengthBytes)} is RAM; false for lengths below 0. */
    boolean contains(long physicalAddress, long lengthBytes);

    int readByte(long physicalAddress);

    int readShort(long physicalAddress);

    int readInt(long physicalAddress);

    long readLong(long physicalAddress);

    void writeByte(long physicalAddress, int value);

    void writeShort(long physicalAddress, int value);

    void writeInt(long physicalAddress, int value);

    void writeLong(long physicalAddress, long value);

    void read(long physicalAddress, byte[] target, int offset, int lengthBytes);

    void write(long physicalAddress, byte[] source, int offset, int lengthBytes);
}
