package dev.retrovisor.introspect.isf;

/** A type as a symbol file describes it where it is used. */
sealed interface IsfType {
    /** A type that is defined elsewhere in the file. */
    record Base(String name) implements IsfType {}

    record Enumerated(String name) implements IsfType {}

    record Struct(String name) implements IsfType {}

    record Pointer(IsfType target) implements IsfType {}

    record Array(IsfType element, long count) implements IsfType {}

    record Function() implements IsfType {}

    record BitField(int bitPosition, int bitLength, IsfType type) implements IsfType {}

    /** A definition of a type that has no parts. */
    record BaseDefinition(String kind, long sizeBytes, boolean signed) {}
}
