package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.types.CType;

/** What an expression comes to. */
public sealed interface Value {
    CType type();

    /** A number or pointer that lies nowhere; as many low bits count as its type has. */
    record Plain(CType type, long bits) implements Value {}

    /**
     * Something in memory, which is read when its number is asked for. {@link CType.Void} if nobody says what it is.
     *
     * @param bitOffset from the address, 0 to 7
     * @param bitSize of a bit field; 0 for anything else
     */
    record Place(CType type, long address, int bitOffset, int bitSize) implements Value {
        Place(CType type, long address) {
            this(type, address, 0, 0);
        }

        /** Bytes that it takes at its address. */
        public long sizeBytes() {
            return bitSize != 0 ? bitOffset + bitSize + 7 >>> 3 : type.sizeBytes();
        }

        public boolean isUntyped() {
            return type instanceof CType.Void;
        }
    }

    /** A text in quotes. */
    record Text(String text) implements Value {
        @Override
        public CType type() {
            return new CType.Array(TypeName.CHAR, text.length() + 1L);
        }
    }

    /** A number of 64 bits with a sign. */
    static Value ofLong(long number) {
        return new Plain(TypeName.LONG, number);
    }

    /** A number of 64 bits without a sign. */
    static Value ofBits(long bits) {
        return new Plain(TypeName.UNSIGNED_LONG, bits);
    }

    static Value pointer(CType target, long address) {
        return new Plain(new CType.Pointer(() -> target), address);
    }
}
