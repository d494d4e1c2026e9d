package dev.retrovisor.machine.fdt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of big-endian numbers, as all of a device tree is. */
final class BigEndianBytes {
    private byte[] bytes = new byte[1024];
    private int length;

    int length() {
        return length;
    }

    void putInt(int value) {
        ensure(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
    }

    void putLong(long value) {
        putInt((int) (value >>> 32));
        putInt((int) value);
    }

    void putBytes(byte[] source, int lengthBytes) {
        ensure(lengthBytes);
        System.arraycopy(source, 0, bytes, length, lengthBytes);
        length += lengthBytes;
    }

    void putAll(BigEndianBytes other) {
        putBytes(other.bytes, other.length);
    }

    /** Writes ASCII characters and the zero that ends them. */
    void putString(String text) {
        byte[] characters = text.getBytes(StandardCharsets.US_ASCII);
        putBytes(characters, characters.length);
        ensure(1);
        bytes[length++] = 0;
    }

    /** Fills up with zeros to a multiple of four. */
    void align() {
        int aligned = (length + 3) & ~3;
        ensure(aligned - length);
        Arrays.fill(bytes, length, aligned, (byte) 0);
        length = aligned;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void ensure(int extraBytes) {
        if (extraBytes > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + extraBytes, bytes.length * 2));
        }
    }
}
