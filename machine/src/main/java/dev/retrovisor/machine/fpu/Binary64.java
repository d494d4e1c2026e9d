package dev.retrovisor.machine.fpu;

import static dev.retrovisor.machine.fpu.Format.BINARY32;
import static dev.retrovisor.machine.fpu.Format.BINARY64;
import static dev.retrovisor.machine.fpu.Rounding.RNE;
import static dev.retrovisor.machine.fpu.Rounding.RTZ;

/**
 * The D extension's arithmetic on raw binary64 bits. {@code roundingMode} is one of {@link Rounding}'s five, and
 * {@code flags} receives the exceptions.
 *
 * <p>The fast paths lean on one thing: a host result in {@link #clearOfLimits} range is the one that the standard asks
 * for under RNE, and raises at most NX. (An infinity may be an overflow; up to the smallest normal number, the exact value
 * may be tiny.) So once NX is raised there is nothing more to learn, and before that each operation has its own exact test
 * of inexactness. Sums and exact zeros need no range, as said where they are; all the rest goes to {@link SoftFloat}.
 */
public final class Binary64 {
    private static final int BIAS = 1023;
    private static final int FRACTION_BITS = 52;
    private static final long FRACTION = (1L << FRACTION_BITS) - 1;
    private static final double TWICE_MIN_NORMAL = 2 * Double.MIN_NORMAL;

    private Binary64() {}

    /** {@code a + b}. */
    public static long add(long a, long b, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double sum = x + y;
            // A finite sum did not overflow, and one below the normal range is exact: both addends, and so the sum, are
            // multiples of the least subnormal. NX is all that can be raised.
            if (Math.abs(sum) <= Double.MAX_VALUE) {
                if (flags.inexactRaised()) {
                    return Double.doubleToRawLongBits(sum);
                }
                // Knuth's TwoSum: sum + error == x + y exactly, unless a step overflows, which makes error NaN.
                double part = sum - x;
                double error = (x - (sum - part)) + (y - part);
                if (error == 0) {
                    return Double.doubleToRawLongBits(sum);
                }
                if (Math.abs(error) <= Double.MAX_VALUE) {
                    flags.raise(FpFlags.NX);
                    return Double.doubleToRawLongBits(sum);
                }
            }
        }
        return SoftFloat.add(BINARY64, a, b, roundingMode, flags);
    }

    /** {@code a - b}: {@code a + -b}, for which a NaN's sign does not matter. */
    public static long sub(long a, long b, int roundingMode, FpFlags flags) {
        return add(a, b ^ Long.MIN_VALUE, roundingMode, flags);
    }

    /** {@code a * b}. */
    public static long mul(long a, long b, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            double product = Double.longBitsToDouble(a) * Double.longBitsToDouble(b);
            if (clearOfLimits(product) && flags.inexactRaised()) {
                return Double.doubleToRawLongBits(product);
            }
            if (isExactProduct(a, b, product)) {
                return Double.doubleToRawLongBits(product);
            }
            if (clearOfLimits(product) && isNormal(a) && isNormal(b)) {
                flags.raise(FpFlags.NX);
                return Double.doubleToRawLongBits(product);
            }
        }
        return SoftFloat.multiply(BINARY64, a, b, roundingMode, flags);
    }

    /** {@code a / b}. */
    public static long div(long a, long b, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            double quotient = Double.longBitsToDouble(a) / Double.longBitsToDouble(b);
            if (clearOfLimits(quotient)) {
                long bits = Double.doubleToRawLongBits(quotient);
                if (flags.inexactRaised()) {
                    return bits;
                }
                if (isNormal(a) && isNormal(b)) {
                    // Exact if quotient * b == a: in integer significands q * b == a << shift, shift being 52 or 53.
                    // The quotient is within half an ulp, so the two differ by at most b / 2: 64 bits tell.
                    int shift = exponent(a) - exponent(b) - exponent(bits) + BIAS + FRACTION_BITS;
                    if (significand(bits) * significand(b) != significand(a) << shift) {
                        flags.raise(FpFlags.NX);
                    }
                    return bits;
                }
            } else if (quotient == 0 && BINARY64.isZero(a)) {
                // 0 / 0 and 0 / NaN are NaN, so b is another number, and the zero is exact.
                return Double.doubleToRawLongBits(quotient);
            }
        }
        return SoftFloat.divide(BINARY64, a, b, roundingMode, flags);
    }

    /** Square root of {@code a}. */
    public static long sqrt(long a, int roundingMode, FpFlags flags) {
        double x = Double.longBitsToDouble(a);
        if (roundingMode == RNE && x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE) {
            // Math.sqrt is correctly rounded by its specification; a root can neither overflow nor underflow.
            long root = Double.doubleToRawLongBits(Math.sqrt(x));
            if (!flags.inexactRaised()) {
                // Exact if root * root == a, compared as in div: the two differ by at most about one root, below 2^54.
                int shift = exponent(a) - 2 * exponent(root) + BIAS + FRACTION_BITS;
                if (significand(root) * significand(root) != significand(a) << shift) {
                    flags.raise(FpFlags.NX);
                }
            }
            return root;
        }
        return SoftFloat.squareRoot(BINARY64, a, roundingMode, flags);
    }

    /** {@code a * b + c}, rounded once. The other three of the family negate {@code a} or {@code c} or both before. */
    public static long fusedMultiplyAdd(long a, long b, long c, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            if (flags.inexactRaised()) {
                // Math.fma rounds once by its specification.
                double sum = Math.fma(x, y, Double.longBitsToDouble(c));
                if (clearOfLimits(sum)) {
                    return Double.doubleToRawLongBits(sum);
                }
            }
            double product = x * y;
            if (isExactProduct(a, b, product)) {
                // Then only the addition rounds.
                return add(Double.doubleToRawLongBits(product), c, roundingMode, flags);
            }
        }
        return SoftFloat.multiplyAdd(BINARY64, a, b, c, roundingMode, flags);
    }

    /** minimumNumber: the lesser, or the one that is a number. */
    public static long min(long a, long b, FpFlags flags) {
        return Comparisons.min(BINARY64, a, b, flags);
    }

    /** maximumNumber: the greater, or the one that is a number. */
    public static long max(long a, long b, FpFlags flags) {
        return Comparisons.max(BINARY64, a, b, flags);
    }

    /** {@code a == b}, quiet: only a signalling NaN is invalid. */
    public static boolean eq(long a, long b, FpFlags flags) {
        if (BINARY64.isSignallingNan(a) || BINARY64.isSignallingNan(b)) {
            flags.raise(FpFlags.NV);
        }
        return Double.longBitsToDouble(a) == Double.longBitsToDouble(b);
    }

    /** {@code a < b}, signalling: any NaN is invalid. */
    public static boolean lt(long a, long b, FpFlags flags) {
        raiseIfUnordered(a, b, flags);
        return Double.longBitsToDouble(a) < Double.longBitsToDouble(b);
    }

    /** {@code a <= b}, signalling: any NaN is invalid. */
    public static boolean le(long a, long b, FpFlags flags) {
        raiseIfUnordered(a, b, flags);
        return Double.longBitsToDouble(a) <= Double.longBitsToDouble(b);
    }

    /** The one bit of {@code fclass.d}'s ten that says what {@code a} is. */
    public static int classify(long a) {
        return Comparisons.classify(BINARY64, a);
    }

    /** {@code fcvt.w.d}. */
    public static long toInt32(long a, int roundingMode, FpFlags flags) {
        return toInteger(a, -0x1p31 - 1, 0x1p31, true, 32, roundingMode, flags);
    }

    /** {@code fcvt.wu.d}; the result is sign-extended from 32 bits. */
    public static long toUInt32(long a, int roundingMode, FpFlags flags) {
        return toInteger(a, -1, 0x1p32, false, 32, roundingMode, flags);
    }

    /** {@code fcvt.l.d}. */
    public static long toInt64(long a, int roundingMode, FpFlags flags) {
        return toInteger(a, -0x1p63, 0x1p63, true, 64, roundingMode, flags);
    }

    /** {@code fcvt.lu.d}. */
    public static long toUInt64(long a, int roundingMode, FpFlags flags) {
        return toInteger(a, -1, 0x1p63, false, 64, roundingMode, flags);
    }

    /** The host's cast serves numbers strictly between {@code above} and {@code below}, whose integer parts fit both types. */
    private static long toInteger(
            long a, double above, double below, boolean signed, int widthBits, int roundingMode, FpFlags flags) {
        double x = Double.longBitsToDouble(a);
        if (x > above && x < below) {
            // The cast truncates and does not saturate. An integer part is itself a double, so to widen it is exact.
            long truncated = (long) x;
            boolean exact = truncated == x;
            if (exact || roundingMode == RTZ) {
                if (!exact) {
                    flags.raise(FpFlags.NX);
                }
                return widthBits == 32 ? (int) truncated : truncated;
            }
        }
        return SoftConversions.toInteger(BINARY64, a, signed, widthBits, roundingMode, flags);
    }

    /** {@code fcvt.d.w} of the low 32 bits of {@code source}: exact, in any mode. */
    public static long fromInt32(long source, int roundingMode, FpFlags flags) {
        return Double.doubleToRawLongBits((int) source);
    }

    /** {@code fcvt.d.wu} of the low 32 bits of {@code source}: exact, in any mode. */
    public static long fromUInt32(long source, int roundingMode, FpFlags flags) {
        return Double.doubleToRawLongBits(source & 0xffff_ffffL);
    }

    /** {@code fcvt.d.l}. */
    public static long fromInt64(long source, int roundingMode, FpFlags flags) {
        long magnitude = Math.abs(source);
        if (magnitude >>> FRACTION_BITS + 1 == 0) {
            return Double.doubleToRawLongBits(source);
        }
        return SoftConversions.fromInteger(BINARY64, source < 0, magnitude, roundingMode, flags);
    }

    /** {@code fcvt.d.lu}. */
    public static long fromUInt64(long source, int roundingMode, FpFlags flags) {
        if (source >>> FRACTION_BITS + 1 == 0) {
            return Double.doubleToRawLongBits(source);
        }
        return SoftConversions.fromInteger(BINARY64, false, source, roundingMode, flags);
    }

    /** {@code fcvt.d.s}: exact, in any mode, but a signalling NaN is invalid. */
    public static long fromBinary32(int source, int roundingMode, FpFlags flags) {
        float x = Float.intBitsToFloat(source);
        if (!Float.isNaN(x)) {
            return Double.doubleToRawLongBits(x);
        }
        return SoftConversions.convert(BINARY32, BINARY64, Integer.toUnsignedLong(source), roundingMode, flags);
    }

    private static void raiseIfUnordered(long a, long b, FpFlags flags) {
        if (BINARY64.isNan(a) || BINARY64.isNan(b)) {
            flags.raise(FpFlags.NV);
        }
    }

    /** Neither zero, NaN nor infinity, nor so small that it could be tiny: see the class comment. */
    private static boolean clearOfLimits(double result) {
        double magnitude = Math.abs(result);
        return magnitude >= TWICE_MIN_NORMAL && magnitude <= Double.MAX_VALUE;
    }

    /**
     * True if {@code product}, the host's {@code a * b}, is known to be exact.
     *
     * <p>The 106-bit product of two integer significands loses its low 52 bits, or 53 if it reaches 2^105; the exponents
     * tell which, and a wrapping multiplication has those bits. (A product just below 2^105 that rounds up to it is
     * inexact, and counting 53 bits instead of 52 still says so.) A zero is exact unless it underflowed.
     */
    private static boolean isExactProduct(long a, long b, double product) {
        if (clearOfLimits(product)) {
            int dropped =
                    FRACTION_BITS + BIAS - exponent(a) - exponent(b) + exponent(Double.doubleToRawLongBits(product));
            return isNormal(a) && isNormal(b) && significand(a) * significand(b) << (64 - dropped) == 0;
        }
        return product == 0 && (BINARY64.isZero(a) || BINARY64.isZero(b));
    }

    private static boolean isNormal(long bits) {
        int exponent = exponent(bits);
        return exponent > 0 && exponent <= 2 * BIAS;
    }

    private static int exponent(long bits) {
        return (int) (bits >>> FRACTION_BITS) & 2 * BIAS + 1;
    }

    /** The significand of a normal number as an integer of 53 bits. */
    private static long significand(long bits) {
        return bits & FRACTION | 1L << FRACTION_BITS;
    }
}
