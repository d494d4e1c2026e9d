package dev.retrovisor.recorder.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian fields in byte arrays. Callers have checked the length. */
final class Wire {
    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Wire() {}

    static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xff;
    }

    static int u16(byte[] bytes, int at) {
        return (short) SHORTS.get(bytes, at) & 0xffff;
    }

    /** A 32-bit field; unsigned by meaning, such as an address or a sequence number. */
    static int u32(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    /** A MAC address in the low 48 bits. */
    static long u48(byte[] bytes, int at) {
        return (long) u16(bytes, at) << 32 | u32(bytes, at + 2) & 0xffff_ffffL;
    }

    static void put8(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
    }

    static void put16(byte[] bytes, int at, int value) {
        SHORTS.set(bytes, at, (short) value);
    }

    static void put32(byte[] bytes, int at, int value) {
        INTS.set(bytes, at, value);
    }

    static void put48(byte[] bytes, int at, long value) {
        put16(bytes, at, (int) (value >>> 32));
        put32(bytes, at + 2, (int) value);
    }
}
