package dev.retrovisor.machine.fpu;

/**
 * A binary interchange format (IEEE 754-2019, 3.4) and how its encodings come apart. An encoding is held in the low bits
 * of a {@code long} whose other bits are zero.
 *
 * <p>A record, because the JIT compiler trusts a record's fields: with a constant format these methods fold to constants.
 *
 * @param fractionBits width of the trailing significand field; the precision is one more
 * @param exponentBits width of the biased exponent field
 */
record Format(int fractionBits, int exponentBits) {
    static final Format BINARY32 = new Format(23, 8);
    static final Format BINARY64 = new Format(52, 11);

    /** Where {@link #significand} puts the leading one: bit 63 stays free for a carry. */
    static final int LEADING_BIT = 62;

    int bias() {
        return (1 << (exponentBits - 1)) - 1;
    }

    /** Exponent of the smallest normal number. */
    int minExponent() {
        return 1 - bias();
    }

    /** Exponent of the largest finite number. */
    int maxExponent() {
        return bias();
    }

    long signBit() {
        return 1L << (fractionBits + exponentBits);
    }

    long infinity() {
        return ((1L << exponentBits) - 1) << fractionBits;
    }

    /** Weight of the significand's leading bit in the encoding, where it is not stored; also one step of the exponent. */
    long implicitBit() {
        return 1L << fractionBits;
    }

    private long quietBit() {
        return implicitBit() >>> 1;
    }

    /** The only NaN that an operation returns: positive, quiet, no payload. */
    long canonicalNan() {
        return infinity() | quietBit();
    }

    long one() {
        return (long) bias() << fractionBits;
    }

    /** The encoding with the given sign and, as an encoding, the given magnitude. */
    long signed(boolean negative, long magnitude) {
        return negative ? magnitude | signBit() : magnitude;
    }

    boolean isNegative(long bits) {
        return (bits & signBit()) != 0;
    }

    /** The encoding without its sign. Magnitudes compare as the numbers do; NaNs are above infinity. */
    long magnitude(long bits) {
        return bits & (signBit() - 1);
    }

    boolean isZero(long bits) {
        return magnitude(bits) == 0;
    }

    boolean isInfinite(long bits) {
        return magnitude(bits) == infinity();
    }

    boolean isFinite(long bits) {
        return magnitude(bits) < infinity();
    }

    boolean isNan(long bits) {
        return magnitude(bits) > infinity();
    }

    boolean isSignallingNan(long bits) {
        return isNan(bits) && (bits & quietBit()) == 0;
    }

    boolean isSubnormal(long bits) {
        long magnitude = magnitude(bits);
        return magnitude != 0 && magnitude < implicitBit();
    }

    /** Exponent {@code e} of a finite nonzero number {@code 1.xxx * 2^e}, subnormals included. */
    int exponent(long bits) {
        long magnitude = magnitude(bits);
        if (magnitude < implicitBit()) {
            return minExponent() - (Long.numberOfLeadingZeros(magnitude) - (63 - fractionBits));
        }
        return (int) (magnitude >>> fractionBits) - bias();
    }

    /** Significand {@code 1.xxx} of a finite nonzero number, its leading one at {@link #LEADING_BIT}. */
    long significand(long bits) {
        long magnitude = magnitude(bits);
        if (magnitude < implicitBit()) {
            return magnitude << (Long.numberOfLeadingZeros(magnitude) - (63 - LEADING_BIT));
        }
        return (magnitude & (implicitBit() - 1) | implicitBit()) << (LEADING_BIT - fractionBits);
    }
}
