package dev.retrovisor.traces;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteSink} wrote; whatever does not fit is reported by {@code where} and the offset in the content. */
final class ByteSource {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String where;
    private final byte[] bytes;
    private final int end;
    private int offset;

    /** @param where file and record, for messages */
    ByteSource(String where, byte[] bytes) {
        this.where = where;
        this.bytes = bytes;
        this.end = bytes.length;
    }

    int remaining() {
        return end - offset;
    }

    /** One byte, 0 to 255. */
    int getByte() {
        return bytes[take(1)] & 0xFF;
    }

    /** The byte at an absolute offset that was taken before. */
    byte byteAt(int absoluteOffset) {
        return bytes[absoluteOffset];
    }

    int getInt() {
        return (int) INT.get(bytes, take(Integer.BYTES));
    }

    long getLong() {
        return (long) LONG.get(bytes, take(Long.BYTES));
    }

    long getVarint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = getByte();
            if (shift == 63 && next > 1) {
                throw bad("a varint past 64 bits", "at most 64 bits");
            }
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw bad("a varint past 10 bytes", "at most 10");
    }

    long getZigzag() {
        long value = getVarint();
        return value >>> 1 ^ -(value & 1);
    }

    /** A zigzag number that fits an int. */
    int getSmall() {
        long value = getZigzag();
        if ((int) value != value) {
            throw bad("number " + value, "32 bits");
        }
        return (int) value;
    }

    /** A count of elements that take at least {@code elementBytes} bytes each of what is left. */
    int getCount(int elementBytes) {
        long count = getVarint();
        if (count < 0 || count > remaining() / elementBytes) {
            throw bad("count " + Long.toUnsignedString(count), "at most " + remaining() / elementBytes);
        }
        return (int) count;
    }

    byte[] getBytes() {
        int lengthBytes = getCount(1);
        int at = take(lengthBytes);
        return Arrays.copyOfRange(bytes, at, at + lengthBytes);
    }

    byte[] getRaw(int lengthBytes) {
        int at = take(lengthBytes);
        return Arrays.copyOfRange(bytes, at, at + lengthBytes);
    }

    String getString() {
        int lengthBytes = getCount(1);
        int at = take(lengthBytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, at, lengthBytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad("bytes that are not UTF-8", "text");
        }
    }

    /** Takes bytes without copying them; returns where they begin. */
    int take(int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > end - offset) {
            throw bad((end - offset) + " bytes left", "at least " + lengthBytes);
        }
        int at = offset;
        offset += lengthBytes;
        return at;
    }

    void requireEnd() {
        if (offset != end) {
            throw bad((end - offset) + " bytes left over", "none");
        }
    }

    TraceFormatException bad(String found, String expected) {
        return new TraceFormatException(
                "%s, content offset %d: found %s, expected %s".formatted(where, offset, found, expected));
    }
}
