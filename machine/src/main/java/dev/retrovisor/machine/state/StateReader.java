package dev.retrovisor.machine.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads what {@link StateWriter} wrote; every read past the end or odd length is a {@link StateFormatException}. */
public final class StateReader {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private int offset;
    private int end;

    public StateReader(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
    }

    /** Reads one section into {@code part}, which must have the section's name and use it up. */
    public void section(Stateful part) {
        String found = getString();
        if (!found.equals(part.name())) {
            throw bad("section '" + found + "'", "section '" + part.name() + "'");
        }
        int lengthBytes = getLength(1);
        int outerEnd = end;
        end = offset + lengthBytes;
        part.load(this);
        if (offset != end) {
            throw bad((end - offset) + " bytes left in section '" + found + "'", "none");
        }
        end = outerEnd;
    }

    public boolean getBoolean() {
        int value = getByte();
        if (value != 0 && value != 1) {
            throw bad("byte " + value, "0 or 1");
        }
        return value == 1;
    }

    /** One byte, 0 to 255. */
    public int getByte() {
        return bytes[take(1)] & 0xFF;
    }

    public int getInt() {
        return (int) INT.get(bytes, take(Integer.BYTES));
    }

    public long getLong() {
        return (long) LONG.get(bytes, take(Long.BYTES));
    }

    public long[] getLongs() {
        var values = new long[getLength(Long.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = getLong();
        }
        return values;
    }

    /** Fills {@code values}, which must have the length that was written. */
    public void getLongs(long[] values) {
        long[] read = getLongs();
        if (read.length != values.length) {
            throw bad(read.length + " longs", values.length + " longs");
        }
        System.arraycopy(read, 0, values, 0, values.length);
    }

    public byte[] getBytes() {
        var values = new byte[getLength(1)];
        getRaw(values, 0, values.length);
        return values;
    }

    public void getRaw(byte[] target, int targetOffset, int lengthBytes) {
        System.arraycopy(bytes, take(lengthBytes), target, targetOffset, lengthBytes);
    }

    public String getString() {
        return new String(getBytes(), StandardCharsets.UTF_8);
    }

    /** Bytes not read yet. */
    public int remaining() {
        return end - offset;
    }

    private int getLength(int elementBytes) {
        int count = getInt();
        if (count < 0 || count > (end - offset) / elementBytes) {
            throw bad("length " + count, "at most " + (end - offset) / elementBytes);
        }
        return count;
    }

    private int take(int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > end - offset) {
            throw bad((end - offset) + " bytes left", "at least " + lengthBytes);
        }
        int at = offset;
        offset += lengthBytes;
        return at;
    }

    private StateFormatException bad(String found, String expected) {
        return new StateFormatException(
                "machine state, offset %d: found %s, expected %s".formatted(offset, found, expected));
    }
}
