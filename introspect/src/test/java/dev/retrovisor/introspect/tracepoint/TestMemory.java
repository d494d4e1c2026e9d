package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Some pages of memory that a flat mapping shows at {@link #VIRTUAL}. */
final class TestMemory implements PhysicalMemory {
    static final long VIRTUAL = 0xffff_ffff_8000_0000L;
    private static final long BASE = 0x8000_0000L;
    private static final int BYTES = 4 * AddressSpace.PAGE_BYTES;

    final ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);

    AddressSpace space() {
        return new AddressSpace(this, 0, new AddressSpace.Flat(VIRTUAL, VIRTUAL + BYTES, VIRTUAL - BASE));
    }

    @Override
    public long base() {
        return BASE;
    }

    @Override
    public long sizeBytes() {
        return BYTES;
    }

    private static int at(long physicalAddress) {
        return (int) (physicalAddress - BASE);
    }

    @Override
    public int readByte(long physicalAddress) {
        return bytes.get(at(physicalAddress));
    }

    @Override
    public int readShort(long physicalAddress) {
        return bytes.getShort(at(physicalAddress));
    }

    @Override
    public int readInt(long physicalAddress) {
        return bytes.getInt(at(physicalAddress));
    }

    @Override
    public long readLong(long physicalAddress) {
        return bytes.getLong(at(physicalAddress));
    }

    @Override
    public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
        bytes.get(at(physicalAddress), target, offset, lengthBytes);
    }
}
