package dev.retrovisor.machine.fpu;

/** Order and classification, which need only the encodings. */
final class Comparisons {
    private Comparisons() {}

    /** minimumNumber (IEEE 754-2019, 9.6): a NaN loses against a number; -0 is below +0. */
    static long min(Format format, long a, long b, FpFlags flags) {
        if (format.isNan(a) || format.isNan(b)) {
            return number(format, a, b, flags);
        }
        return rank(format, a) <= rank(format, b) ? a : b;
    }

    /** maximumNumber: as {@link #min}. */
    static long max(Format format, long a, long b, FpFlags flags) {
        if (format.isNan(a) || format.isNan(b)) {
            return number(format, a, b, flags);
        }
        return rank(format, a) >= rank(format, b) ? a : b;
    }

    /** Of two of which one at least is a NaN, the one that is a number, if any. */
    private static long number(Format format, long a, long b, FpFlags flags) {
        long nan = SoftFloat.propagate(format, a, b, flags);
        return !format.isNan(a) ? a : !format.isNan(b) ? b : nan;
    }

    /** Orders all encodings but NaNs, -0 just below +0. */
    private static long rank(Format format, long bits) {
        return format.isNegative(bits) ? ~format.magnitude(bits) : bits;
    }

    /** Bit set by {@code fclass} (unprivileged ISA, "Single-Precision Floating-Point Classify Instruction"). */
    static int classify(Format format, long bits) {
        if (format.isNan(bits)) {
            return format.isSignallingNan(bits) ? 1 << 8 : 1 << 9;
        }
        // Positive classes stand at 4 (zero) to 7 (infinity), their negatives mirrored at 3 to 0.
        int size = format.isZero(bits) ? 0 : format.isSubnormal(bits) ? 1 : format.isFinite(bits) ? 2 : 3;
        return format.isNegative(bits) ? 1 << (3 - size) : 1 << (4 + size);
    }
}
