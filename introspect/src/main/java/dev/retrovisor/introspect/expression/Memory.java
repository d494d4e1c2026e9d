package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Values as they lie in memory: the kernel's by the upper half of addresses, a process's by the lower. */
public final class Memory {
    private final KernelView kernel;
    private final Names names;

    Memory(KernelView kernel, Names names) {
        this.kernel = kernel;
        this.names = names;
    }

    /**
     * The space that an address is of.
     *
     * @throws MemoryFault if it is a process's, and none runs
     */
    public AddressSpace space(long address) {
        return address < 0
                ? kernel.space()
                : names.userSpace().orElseThrow(() -> new MemoryFault(address, "no process has this address here"));
    }

    /** The number that lies at a place: a scalar, or a structure of one such as {@code atomic_t}; empty if it is none. */
    public OptionalLong number(Value.Place place) {
        if (place.bitSize() != 0) {
            return OptionalLong.of(bits(place));
        }
        return switch (place.type()) {
            case CType.Scalar scalar -> OptionalLong.of(extended(scalar, read(place.address(), scalar.sizeBytes())));
            case CType.Enumerated enumerated ->
                OptionalLong.of(extended(enumerated, read(place.address(), enumerated.sizeBytes())));
            case CType.Pointer _ -> OptionalLong.of(read(place.address(), Long.BYTES));
            case CType.Struct(StructLayout layout)
            when layout.sizeBytes() <= Long.BYTES && !layout.members().isEmpty() -> {
                Field first = layout.members().getFirst();
                yield number(new Value.Place(
                        first.type(),
                        place.address() + first.offsetBytes(),
                        first.isBitField() ? (int) (first.bitOffset() & 7) : 0,
                        first.bitSize()));
            }
            case CType.Struct _, CType.Array _, CType.Floating _, CType.Void _, CType.Incomplete _, CType.Function _ ->
                OptionalLong.empty();
        };
    }

    /** Up to eight bytes, little-endian. */
    public long read(long address, long sizeBytes) {
        AddressSpace space = space(address);
        return switch ((int) Math.min(sizeBytes, Long.BYTES)) {
            case 0 -> 0;
            case 1 -> space.readByte(address);
            case 2 -> space.readShort(address);
            case 4 -> Integer.toUnsignedLong(space.readInt(address));
            case 8 -> space.readLong(address);
            default -> {
                long value = 0;
                for (int i = (int) sizeBytes - 1; i >= 0; i--) {
                    value = value << 8 | space.readByte(address + i);
                }
                yield value;
            }
        };
    }

    private long bits(Value.Place place) {
        long value = read(place.address(), Math.min(place.sizeBytes(), Long.BYTES)) >>> place.bitOffset();
        long shifted = value << 64 - place.bitSize();
        return isSigned(place.type()) ? shifted >> 64 - place.bitSize() : shifted >>> 64 - place.bitSize();
    }

    /** A number as wide as its type, then as a long. */
    long extended(CType type, long bits) {
        int unused = 64 - 8 * Math.clamp(type.sizeBytes(), 1, Long.BYTES);
        return isSigned(type) ? bits << unused >> unused : bits << unused >>> unused;
    }

    private static boolean isSigned(CType type) {
        return switch (type) {
            case CType.Scalar scalar -> scalar.signed();
            case CType.Enumerated enumerated -> enumerated.signed();
            case CType.Void _,
                    CType.Floating _,
                    CType.Pointer _,
                    CType.Array _,
                    CType.Struct _,
                    CType.Incomplete _,
                    CType.Function _ -> false;
        };
    }

    /** Whether a type is an array of characters; the kernel's bytes are unsigned ones. */
    public boolean isText(CType type) {
        return type instanceof CType.Array array && isCharacter(array.element());
    }

    public boolean isCharacter(CType type) {
        return type instanceof CType.Scalar scalar && scalar.name().equals("char");
    }

    /** The text up to its end, or to so many bytes. */
    public String text(long address, long mostBytes) {
        return new String(
                space(address).readStringBytes(address, (int) Math.min(mostBytes, Integer.MAX_VALUE)),
                StandardCharsets.UTF_8);
    }
}
