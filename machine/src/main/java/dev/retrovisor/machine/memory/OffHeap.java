package dev.retrovisor.machine.memory;

import jdk.internal.misc.Unsafe;

/**
 * Raw memory by address: the bytes that both engines work on. Nothing is checked; only the classes that own such memory
 * hold addresses, and only they call this.
 *
 * <p>The JDK's own Unsafe rather than a MemorySegment: in an interpreter loop of 200 cases the segment's accessors are
 * not all inlined, and the loop ran at 80 million instructions a second against 290.
 */
public final class OffHeap {
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    // mmap(2) on Linux.
    private static final int PROT_READ_WRITE = 1 | 2;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final long MAP_FAILED = -1;

    private OffHeap() {}

    /**
     * Reserves zeroed, page-aligned memory. The host provides each page when it is first written.
     *
     * @throws OutOfMemoryError if the host refuses
     */
    public static long allocate(long lengthBytes) {
        long address =
                HostLibrary.call("mmap", 0, lengthBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if (address == MAP_FAILED) {
            throw new OutOfMemoryError("the host refuses " + (lengthBytes >> 20) + " MiB of memory");
        }
        return address;
    }

    /** Gives back what {@link #allocate} returned. */
    public static void free(long address, long lengthBytes) {
        if ((int) HostLibrary.call("munmap", address, lengthBytes) != 0) {
            throw new IllegalStateException("munmap of " + lengthBytes + " bytes failed");
        }
    }

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static short getShort(long address) {
        return UNSAFE.getShort(address);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static void putShort(long address, short value) {
        UNSAFE.putShort(address, value);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    public static void fill(long address, long lengthBytes, int value) {
        UNSAFE.setMemory(address, lengthBytes, (byte) value);
    }

    public static void copyOut(long address, byte[] target, int offset, int lengthBytes) {
        UNSAFE.copyMemory(null, address, target, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset, lengthBytes);
    }

    public static void copyIn(byte[] source, int offset, long address, int lengthBytes) {
        UNSAFE.copyMemory(source, Unsafe.ARRAY_BYTE_BASE_OFFSET + (long) offset, null, address, lengthBytes);
    }
}
