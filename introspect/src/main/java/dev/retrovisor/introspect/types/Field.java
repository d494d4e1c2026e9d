package dev.retrovisor.introspect.types;

/**
 * A member of a structure; members of anonymous structures inside it count as its own.
 *
 * @param bitOffset from the structure's start
 * @param bitSize of a bit field; 0 for an ordinary member
 */
public record Field(String name, long bitOffset, int bitSize, CType type) {
    public long offsetBytes() {
        return bitOffset >>> 3;
    }

    public boolean isBitField() {
        return bitSize != 0;
    }

    /** The same member seen from a structure around it. */
    Field within(long outerBitOffset) {
        return new Field(name, bitOffset + outerBitOffset, bitSize, type);
    }
}
