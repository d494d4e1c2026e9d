package dev.retrovisor.traces;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer with the variable-length integers of the trace format; reusable through {@link #clear}. */
final class ByteSink {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int MAX_VARINT_BYTES = 10;

    private byte[] bytes;
    private int length;

    ByteSink(int capacityBytes) {
        bytes = new byte[capacityBytes];
    }

    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    /** The buffer itself, of which the first {@link #length} bytes count; valid until the next write. */
    byte[] buffer() {
        return bytes;
    }

    void putByte(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    void putInt(int value) {
        ensure(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    /** Replaces an int that was put before. */
    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    void putLong(long value) {
        ensure(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** Unsigned LEB128: seven bits a byte, least significant first, the top bit says that more follow. */
    void putVarint(long value) {
        ensure(MAX_VARINT_BYTES);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    /** A varint in which small negative numbers are short too: 0, -1, 1, -2 become 0, 1, 2, 3. */
    void putZigzag(long value) {
        putVarint(value << 1 ^ value >> 63);
    }

    void putRaw(byte[] source, int offset, int lengthBytes) {
        ensure(lengthBytes);
        System.arraycopy(source, offset, bytes, length, lengthBytes);
        length += lengthBytes;
    }

    /** The length as a varint, then the bytes. */
    void putBytes(byte[] source) {
        putVarint(source.length);
        putRaw(source, 0, source.length);
    }

    void putString(String value) {
        putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void ensure(int extraBytes) {
        if (extraBytes > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, extraBytes), bytes.length * 2));
        }
    }
}
