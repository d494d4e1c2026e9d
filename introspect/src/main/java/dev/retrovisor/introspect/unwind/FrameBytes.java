package dev.retrovisor.introspect.unwind;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;

/** Reads the numbers of exception frames one behind the other (Linux Standard Base, "Exception Frames"; DWARF 5, 7.6). */
final class FrameBytes {
    private static final int ABSOLUTE = 0x00;
    private static final int PC_RELATIVE = 0x10;
    private static final int DATA_RELATIVE = 0x30;
    private static final int INDIRECT = 0x80;
    static final int OMITTED = 0xff;

    private final AddressSpace space;
    private final long dataBase;
    private long at;

    /** @param dataBase what data-relative pointers are relative to */
    FrameBytes(AddressSpace space, long at, long dataBase) {
        this.space = space;
        this.at = at;
        this.dataBase = dataBase;
    }

    long position() {
        return at;
    }

    void seek(long position) {
        at = position;
    }

    int u8() {
        return space.readByte(at++);
    }

    int u16() {
        int value = space.readShort(at);
        at += 2;
        return value;
    }

    long u32() {
        long value = Integer.toUnsignedLong(space.readInt(at));
        at += 4;
        return value;
    }

    long i64() {
        long value = space.readLong(at);
        at += 8;
        return value;
    }

    long uleb() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new MemoryFault(at, "a number does not end");
    }

    long sleb() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                int used = shift + 7;
                return used >= 64 ? value : value << 64 - used >> 64 - used;
            }
        }
        throw new MemoryFault(at, "a number does not end");
    }

    /** A pointer in one of the encodings of DW_EH_PE. */
    long pointer(int encoding) {
        long from = at;
        long value = number(encoding);
        value += switch (encoding & 0x70) {
            case ABSOLUTE -> 0;
            case PC_RELATIVE -> from;
            case DATA_RELATIVE -> dataBase;
            default -> throw new MemoryFault(from, "pointer encoding 0x%x".formatted(encoding));
        };
        return (encoding & INDIRECT) != 0 ? space.readLong(value) : value;
    }

    /** A number in the format of a pointer encoding, whatever it is relative to. */
    long number(int encoding) {
        return switch (encoding & 0x0f) {
            case 0x00, 0x04, 0x0c -> i64();
            case 0x01 -> uleb();
            case 0x02 -> u16();
            case 0x03 -> u32();
            case 0x09 -> sleb();
            case 0x0a -> (short) u16();
            case 0x0b -> (int) u32();
            default -> throw new MemoryFault(at, "pointer encoding 0x%x".formatted(encoding));
        };
    }
}
