package dev.retrovisor.introspect.symbols;

import dev.retrovisor.introspect.memory.PhysicalMemory;

/** A copy of a range of physical memory, little-endian, addressed by offset; reads outside give -1. */
final class Window {
    private final long base;
    private final byte[] bytes;

    /** What there is of {@code [base, end)} in memory. */
    Window(PhysicalMemory memory, long base, long end) {
        this.base = Math.max(base, memory.base());
        bytes = new byte[(int) (Math.min(end, memory.base() + memory.sizeBytes()) - this.base)];
        memory.read(this.base, bytes, 0, bytes.length);
    }

    int size() {
        return bytes.length;
    }

    long physical(int offset) {
        return base + offset;
    }

    boolean has(int offset, int lengthBytes) {
        return offset >= 0 && lengthBytes >= 0 && offset <= bytes.length - lengthBytes;
    }

    int u8(int offset) {
        return has(offset, 1) ? bytes[offset] & 0xff : -1;
    }

    int u16(int offset) {
        return has(offset, 2) ? u8(offset) | u8(offset + 1) << 8 : -1;
    }

    int i32(int offset) {
        return has(offset, 4) ? u16(offset) | u16(offset + 2) << 16 : -1;
    }

    long u32(int offset) {
        return Integer.toUnsignedLong(i32(offset));
    }

    long i64(int offset) {
        return u32(offset) | (long) i32(offset + 4) << 32;
    }

    byte[] bytes() {
        return bytes;
    }
}
