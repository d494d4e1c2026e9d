package dev.retrovisor.introspect.types;

import java.util.function.Supplier;

/** A type of C. Modifiers and typedefs are followed; the types behind pointers are looked up when asked for. */
public sealed interface CType {
    /** What lies in memory; 0 for functions and void. */
    long sizeBytes();

    record Void() implements CType {
        @Override
        public long sizeBytes() {
            return 0;
        }
    }

    /** An integer, character or boolean. */
    record Scalar(String name, long sizeBytes, boolean signed) implements CType {}

    record Floating(String name, long sizeBytes) implements CType {}

    /** An enumeration; its constants are in {@link Types#enumeration}. */
    record Enumerated(String name, long sizeBytes, boolean signed) implements CType {}

    record Pointer(Supplier<CType> target) implements CType {
        @Override
        public long sizeBytes() {
            return 8;
        }
    }

    record Array(CType element, long count) implements CType {
        @Override
        public long sizeBytes() {
            return element.sizeBytes() * count;
        }
    }

    /** A struct or union. */
    record Struct(StructLayout layout) implements CType {
        @Override
        public long sizeBytes() {
            return layout.sizeBytes();
        }
    }

    /** A struct or union that is only declared. */
    record Incomplete(String name) implements CType {
        @Override
        public long sizeBytes() {
            return 0;
        }
    }

    record Function(Prototype prototype) implements CType {
        @Override
        public long sizeBytes() {
            return 0;
        }
    }
}
