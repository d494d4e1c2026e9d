package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.util.Optional;

/**
 * A structure at an address. Members are named by paths such as {@code se.exec_start}; they are read when asked for.
 * Reads throw {@link MemoryFault} where nothing is mapped, and {@link MissingTypeException} for members that this kernel
 * does not have.
 */
public final class KernelObject {
    private final AddressSpace space;
    private final Types types;
    private final StructLayout layout;
    private final long address;

    public KernelObject(AddressSpace space, Types types, StructLayout layout, long address) {
        this.space = space;
        this.types = types;
        this.layout = layout;
        this.address = address;
    }

    public long address() {
        return address;
    }

    public StructLayout layout() {
        return layout;
    }

    public AddressSpace space() {
        return space;
    }

    /** Whether the structure has a member in this kernel. */
    public boolean has(String path) {
        return layout.find(path).isPresent();
    }

    /** Where a member lies. */
    public long addressOf(String path) {
        return address + layout.field(path).offsetBytes();
    }

    /** A number or pointer as its type has it: sign-extended if signed, bit fields cut out. */
    public long get(String path) {
        return read(layout.field(path));
    }

    /** The same, or a default where the kernel has no such member. */
    public long get(String path, long otherwise) {
        Optional<Field> field = layout.find(path);
        return field.isPresent() ? read(field.get()) : otherwise;
    }

    public int getInt(String path) {
        return (int) get(path);
    }

    private long read(Field field) {
        CType type = field.type();
        boolean signed = switch (type) {
            case CType.Scalar scalar -> scalar.signed();
            case CType.Enumerated enumerated -> enumerated.signed();
            case CType.Pointer _ -> false;
            case CType.Struct(StructLayout inner)
            when inner.sizeBytes() <= 8 && !inner.members().isEmpty() ->
                // atomic_t, kuid_t, spinlocks: a number in clothes
                false;
            case CType.Struct _, CType.Array _, CType.Floating _, CType.Void _, CType.Incomplete _, CType.Function _ ->
                throw new MissingTypeException("%s.%s is no number".formatted(layout.name(), field.name()));
        };
        long at = address + field.offsetBytes();
        if (field.isBitField()) {
            return readBits(field, signed);
        }
        int size = (int) type.sizeBytes();
        if (type instanceof CType.Struct(StructLayout inner)) {
            return innerNumber(inner, at);
        }
        return switch (size) {
            case 1 -> signed ? (byte) space.readByte(at) : space.readByte(at);
            case 2 -> signed ? (short) space.readShort(at) : space.readShort(at);
            case 4 -> signed ? space.readInt(at) : Integer.toUnsignedLong(space.readInt(at));
            default -> space.readLong(at);
        };
    }

    private long innerNumber(StructLayout inner, long at) {
        return new KernelObject(space, types, inner, at).read(inner.members().getFirst());
    }

    private long readBits(Field field, boolean signed) {
        long first = address + field.offsetBytes();
        int shift = (int) (field.bitOffset() & 7);
        int bytes = shift + field.bitSize() + 7 >>> 3;
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | space.readByte(first + i);
        }
        long bits = value >>> shift << 64 - field.bitSize();
        return signed ? bits >> 64 - field.bitSize() : bits >>> 64 - field.bitSize();
    }

    /** A structure that lies within this one. */
    public KernelObject in(String path) {
        Field field = layout.field(path);
        if (field.type() instanceof CType.Struct(StructLayout inner)) {
            return new KernelObject(space, types, inner, address + field.offsetBytes());
        }
        throw new MissingTypeException("%s.%s is no structure".formatted(layout.name(), path));
    }

    /** The structure that a member points to; empty for null. */
    public Optional<KernelObject> follow(String path) {
        long target = get(path);
        Field field = layout.field(path);
        if (field.type() instanceof CType.Pointer pointer
                && pointer.target().get() instanceof CType.Struct(StructLayout pointed)) {
            return target == 0 ? Optional.empty() : Optional.of(new KernelObject(space, types, pointed, target));
        }
        throw new MissingTypeException("%s.%s points to no structure".formatted(layout.name(), path));
    }

    /** The same where null is not expected. */
    public KernelObject to(String path) {
        return follow(path)
                .orElseThrow(() -> new MemoryFault(addressOf(path), layout.name() + "." + path + " is null"));
    }

    /** This address seen as another structure. */
    public KernelObject as(String struct) {
        return new KernelObject(space, types, types.struct(struct), address);
    }

    /** The structure around a member of it that lies at this address: container_of. */
    public KernelObject container(String struct, String member) {
        StructLayout outer = types.struct(struct);
        return new KernelObject(
                space, types, outer, address - outer.field(member).offsetBytes());
    }

    /** Element {@code index} of an array of numbers or pointers within this structure; the index is not checked. */
    public long element(String path, int index) {
        Field field = layout.field(path);
        if (!(field.type() instanceof CType.Array array)) {
            throw new MissingTypeException("%s.%s is no array".formatted(layout.name(), path));
        }
        long size = array.element().sizeBytes();
        return read(new Field(path, field.bitOffset() + index * size * 8, 0, array.element()));
    }

    /** Element {@code index} of an array of structures within this structure; the index is not checked. */
    public KernelObject at(String path, int index) {
        Field field = layout.field(path);
        if (field.type() instanceof CType.Array(CType.Struct(StructLayout inner), long _)) {
            return new KernelObject(space, types, inner, address + field.offsetBytes() + index * inner.sizeBytes());
        }
        throw new MissingTypeException("%s.%s is no array of structures".formatted(layout.name(), path));
    }

    /** How many elements an array has. */
    public int count(String path) {
        return layout.field(path).type() instanceof CType.Array array ? (int) array.count() : 1;
    }

    /** A C string that lies in an array within this structure. */
    public String text(String path) {
        Field field = layout.field(path);
        return space.readString(
                address + field.offsetBytes(), (int) field.type().sizeBytes());
    }

    /** A C string that a member points to; empty text for null. */
    public String pointedText(String path, int mostBytes) {
        long target = get(path);
        return target == 0 ? "" : space.readString(target, mostBytes);
    }

    @Override
    public String toString() {
        return "%s at 0x%x".formatted(layout, address);
    }
}
