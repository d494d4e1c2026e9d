package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.memory.GuestMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A little RAM at the usual place, in an array. */
final class ArrayMemory implements GuestMemory {
    static final long BASE = 0x8000_0000L;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final byte[] bytes;

    ArrayMemory(int sizeBytes) {
        bytes = new byte[sizeBytes];
    }

    @Override
    public boolean contains(long physicalAddress, long lengthBytes) {
        long offset = physicalAddress - BASE;
        return lengthBytes >= 0
                && lengthBytes <= bytes.length
                && offset >= 0
                && physicalAddress >= BASE
                && offset <= bytes.length - lengthBytes;
    }

    @Override
    public int readByte(long physicalAddress) {
        return bytes[at(physicalAddress, 1)] & 0xFF;
    }

    @Override
    public int readShort(long physicalAddress) {
        return (short) SHORT.get(bytes, at(physicalAddress, 2));
    }

    @Override
    public int readInt(long physicalAddress) {
        return (int) INT.get(bytes, at(physicalAddress, 4));
    }

    @Override
    public long readLong(long physicalAddress) {
        return (long) LONG.get(bytes, at(physicalAddress, 8));
    }

    @Override
    public void writeByte(long physicalAddress, int value) {
        bytes[at(physicalAddress, 1)] = (byte) value;
    }

    @Override
    public void writeShort(long physicalAddress, int value) {
        SHORT.set(bytes, at(physicalAddress, 2), (short) value);
    }

    @Override
    public void writeInt(long physicalAddress, int value) {
        INT.set(bytes, at(physicalAddress, 4), value);
    }

    @Override
    public void writeLong(long physicalAddress, long value) {
        LONG.set(bytes, at(physicalAddress, 8), value);
    }

    @Override
    public void read(long physicalAddress, byte[] target, int offset, int lengthBytes) {
        System.arraycopy(bytes, at(physicalAddress, lengthBytes), target, offset, lengthBytes);
    }

    @Override
    public void write(long physicalAddress, byte[] source, int offset, int lengthBytes) {
        System.arraycopy(source, offset, bytes, at(physicalAddress, lengthBytes), lengthBytes);
    }

    private int at(long physicalAddress, int lengthBytes) {
        if (!contains(physicalAddress, lengthBytes)) {
            throw new IndexOutOfBoundsException("%d bytes at 0x%x".formatted(lengthBytes, physicalAddress));
        }
        return (int) (physicalAddress - BASE);
    }
}
