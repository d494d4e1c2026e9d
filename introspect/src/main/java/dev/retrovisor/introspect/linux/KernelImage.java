package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.symbols.Symbols;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The kernel's file as the boot loader got it, read by the addresses at which it runs. */
public final class KernelImage {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final long start;

    /** @param bytes a flat Image, not compressed */
    public KernelImage(Symbols symbols, byte[] bytes) {
        this.bytes = bytes;
        start = symbols.address("_start");
    }

    /** Whether all of so many bytes are in the file: what it has no room for begins as zeros. */
    public boolean has(long address, int lengthBytes) {
        long offset = address - start;
        return offset >= 0 && offset <= bytes.length - lengthBytes;
    }

    public int readByte(long address) {
        return bytes[(int) (address - start)] & 0xff;
    }

    public int readShort(long address) {
        return (short) SHORT.get(bytes, (int) (address - start)) & 0xffff;
    }

    public int readInt(long address) {
        return (int) INT.get(bytes, (int) (address - start));
    }

    public long readLong(long address) {
        return (long) LONG.get(bytes, (int) (address - start));
    }
}
