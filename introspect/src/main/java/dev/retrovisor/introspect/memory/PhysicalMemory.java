package dev.retrovisor.introspect.memory;

import dev.retrovisor.machine.memory.GuestMemory;

/**
 * Guest memory by physical address, little-endian, to read only. Ask {@link #contains} first: an access outside is our
 * bug and throws {@link IndexOutOfBoundsException}.
 */
public interface PhysicalMemory {
    /** Address of the first byte. */
    long base();

    long sizeBytes();

    int readByte(long physicalAddress);

    int readShort(long physicalAddress);

    int readInt(long physicalAddress);

    long readLong(long physicalAddress);

    void read(long physicalAddress, byte[] target, int offset, int lengthBytes);

    /** Whether all of {@code [physicalAddress, physicalAddress + lengthBytes)} can be read. */
    default boolean contains(long physicalAddress, long lengthBytes) {
        long offset = physicalAddress - base();
        return lengthBytes >= 0 && offset >= 0 && lengthBytes <= sizeBytes() && offset <= sizeBytes() - lengthBytes;
    }

    /** A machine's memory. */
    static PhysicalMemory of(GuestMemory memory, long base, long sizeBytes) {
        return new PhysicalMemory() {
            @Override
            public long base() {
                return base;
            }

            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public int readByte(long physicalAddress) {
                return memory.readByte(physicalAddress);
            }

            @Override
            public int readShort(long physicalAddress) {
                return memory.readShort(physicalAddress);
            }

            @Override
            public int readInt(long physicalAddress) {
                return memory.readInt(physicalAddress);
            }

            @Override
            public long readLong(long physicalAddress) {
                return memory.readLong(physicalAddress);
            }

            @Override
            public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
                memory.read(physicalAddress, target, offset, lengthBytes);
            }
        };
    }
}
