package dev.retrovisor.machine.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects state as little-endian bytes in one growing buffer; reusable through {@link #clear}. */
public final class StateWriter {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[16 * 1024];
    private int length;

    /** Forgets everything written so far and keeps the buffer. */
    public void clear() {
        length = 0;
    }

    /** Writes one part of the machine as a section: name, length in bytes, content. */
    public void section(Stateful part) {
        putString(part.name());
        int lengthAt = length;
        putInt(0);
        part.save(this);
        INT.set(bytes, lengthAt, length - lengthAt - Integer.BYTES);
    }

    public void putBoolean(boolean value) {
        putByte(value ? 1 : 0);
    }

    public void putByte(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    public void putInt(int value) {
        ensure(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    public void putLong(long value) {
        ensure(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** Writes the length as an int, then the elements. */
    public void putLongs(long[] values) {
        putInt(values.length);
        for (long value : values) {
            putLong(value);
        }
    }

    /** Writes the length as an int, then the bytes. */
    public void putBytes(byte[] values) {
        putInt(values.length);
        putRaw(values, 0, values.length);
    }

    /** Writes bytes without their length. */
    public void putRaw(byte[] source, int offset, int lengthBytes) {
        ensure(lengthBytes);
        System.arraycopy(source, offset, bytes, length, lengthBytes);
        length += lengthBytes;
    }

    /** Writes UTF-8 bytes behind their length. */
    public void putString(String value) {
        putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return length;
    }

    /** The buffer itself, of which the first {@link #length} bytes count; valid until the next write. */
    public byte[] buffer() {
        return bytes;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void ensure(int extraBytes) {
        if (extraBytes > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, extraBytes), bytes.length * 2));
        }
    }
}
