package dev.retrovisor.introspect.export;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A message in protobuf's wire format, field by field in the order of the calls. */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;

    private byte[] bytes = new byte[64];
    private int size;

    /** A number that is not negative, or whose field is of an unsigned or a two's complement type. */
    ProtoMessage number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    ProtoMessage fixed64(int field, long value) {
        varint((long) field << 3 | FIXED64);
        reserve(8);
        for (int i = 0; i < 8; i++) {
            bytes[size++] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    ProtoMessage text(int field, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return delimited(field, utf8, utf8.length);
    }

    ProtoMessage message(int field, ProtoMessage inner) {
        return delimited(field, inner.bytes, inner.size);
    }

    private ProtoMessage delimited(int field, byte[] content, int length) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(length);
        reserve(length);
        System.arraycopy(content, 0, bytes, size, length);
        size += length;
        return this;
    }

    private void varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }
}
