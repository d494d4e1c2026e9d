package dev.retrovisor.machine.fpu;

import static dev.retrovisor.machine.fpu.Format.BINARY32;
import static dev.retrovisor.machine.fpu.Format.BINARY64;
import static dev.retrovisor.machine.fpu.Rounding.RNE;

/**
 * The F extension's arithmetic on raw binary32 bits. {@code roundingMode} is one of {@link Rounding}'s five, and
 * {@code flags} receives the exceptions.
 *
 * <p>The fast paths are for RNE and use {@code double} as the wider format that it is: it holds every float as a normal
 * number, the product of any two exactly, and so tells whether a result is exact. A result that is exact raises nothing,
 * whatever its range; an inexact one that is {@link #clearOfLimits} raises NX alone (an infinity may be an overflow; up
 * to the smallest normal number, the exact value may be tiny). All the rest goes to {@link SoftFloat}.
 */
public final class Binary32 {
    private static final float TWICE_MIN_NORMAL = 2 * Float.MIN_NORMAL;
    private static final int PRECISION = 24;

    private Binary32() {}

    /** {@code a + b}. */
    public static int add(int a, int b, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float sum = x + y;
            // A finite sum did not overflow, and one below the normal range is exact: NX is all that can be raised.
            if (Math.abs(sum) <= Float.MAX_VALUE) {
                if (!flags.inexactRaised()) {
                    // TwoSum's theorem wants one precision throughout, so it is the double sum that has its error
                    // computed (no step overflows). The float sum is exact if that is 0 and narrowing changes nothing.
                    double wide = (double) x + y;
                    double part = wide - x;
                    double error = (x - (wide - part)) + (y - part);
                    if (wide != sum || error != 0) {
                        flags.raise(FpFlags.NX);
                    }
                }
                return Float.floatToRawIntBits(sum);
            }
        }
        return (int) SoftFloat.add(BINARY32, wide(a), wide(b), roundingMode, flags);
    }

    /** {@code a - b}: {@code a + -b}, for which a NaN's sign does not matter. */
    public static int sub(int a, int b, int roundingMode, FpFlags flags) {
        return add(a, b ^ Integer.MIN_VALUE, roundingMode, flags);
    }

    /** {@code a * b}. */
    public static int mul(int a, int b, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            // 24 by 24 bits are 48, and 2^-298 is a normal double: exact, and narrowed it is the float product.
            double exact = (double) Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
            float product = (float) exact;
            if (product == exact) {
                return Float.floatToRawIntBits(product);
            }
            if (clearOfLimits(product)) {
                flags.raise(FpFlags.NX);
                return Float.floatToRawIntBits(product);
            }
        }
        return (int) SoftFloat.multiply(BINARY32, wide(a), wide(b), roundingMode, flags);
    }

    /** {@code a / b}. */
    public static int div(int a, int b, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float quotient = x / y;
            if (clearOfLimits(quotient)) {
                // The product is exact, as in mul. An infinite or zero y does not come here.
                if ((double) quotient * y != x) {
                    flags.raise(FpFlags.NX);
                }
                return Float.floatToRawIntBits(quotient);
            }
            if (quotient == 0 && x == 0) {
                // 0 / 0 and 0 / NaN are NaN, so y is another number, and the zero is exact.
                return Float.floatToRawIntBits(quotient);
            }
        }
        return (int) SoftFloat.divide(BINARY32, wide(a), wide(b), roundingMode, flags);
    }

    /** Square root of {@code a}. */
    public static int sqrt(int a, int roundingMode, FpFlags flags) {
        float x = Float.intBitsToFloat(a);
        if (roundingMode == RNE && x > 0 && x <= Float.MAX_VALUE) {
            // A root rounded to 53 >= 2 * 24 + 2 bits rounds on to 24 as the exact one does (Figueroa, "When is double
            // rounding innocuous?", 1995). It can neither overflow nor underflow, and its square is exact.
            float root = (float) Math.sqrt(x);
            if ((double) root * root != x) {
                flags.raise(FpFlags.NX);
            }
            return Float.floatToRawIntBits(root);
        }
        return (int) SoftFloat.squareRoot(BINARY32, wide(a), roundingMode, flags);
    }

    /** {@code a * b + c}, rounded once. The other three of the family negate {@code a} or {@code c} or both before. */
    public static int fusedMultiplyAdd(int a, int b, int c, int roundingMode, FpFlags flags) {
        if (roundingMode == RNE) {
            double exactProduct = (double) Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
            double addend = Float.intBitsToFloat(c);
            double sum = exactProduct + addend;
            // TwoSum: sum + error is the exact result. Nothing overflows, the terms being below 2^257.
            double part = sum - exactProduct;
            double error = (exactProduct - (sum - part)) + (addend - part);
            if (error == 0) {
                float result = (float) sum;
                if (result == sum) {
                    return Float.floatToRawIntBits(result);
                }
                if (clearOfLimits(result)) {
                    flags.raise(FpFlags.NX);
                    return Float.floatToRawIntBits(result);
                }
            } else {
                // Inexact in 53 bits, so in 24. Rounded to odd instead of to nearest, the sum narrows as the exact
                // one would (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008). An infinity
                // or a NaN, whose error is NaN, fails the range check.
                float result = (float) toOdd(sum, error);
                if (clearOfLimits(result)) {
                    flags.raise(FpFlags.NX);
                    return Float.floatToRawIntBits(result);
                }
            }
        }
        return (int) SoftFloat.multiplyAdd(BINARY32, wide(a), wide(b), wide(c), roundingMode, flags);
    }

    /** Of the two doubles around {@code sum + error}, the one with an odd significand; {@code sum} is the nearer. */
    private static double toOdd(double sum, double error) {
        long bits = Double.doubleToRawLongBits(sum);
        if ((bits & 1) != 0) {
            return sum;
        }
        // One encoding up is one ulp away from zero.
        return Double.longBitsToDouble(error > 0 == sum > 0 ? bits + 1 : bits - 1);
    }

    /** minimumNumber: the lesser, or the one that is a number. */
    public static int min(int a, int b, FpFlags flags) {
        return (int) Comparisons.min(BINARY32, wide(a), wide(b), flags);
    }

    /** maximumNumber: the greater, or the one that is a number. */
    public static int max(int a, int b, FpFlags flags) {
        return (int) Comparisons.max(BINARY32, wide(a), wide(b), flags);
    }

    /** {@code a == b}, quiet: only a signalling NaN is invalid. */
    public static boolean eq(int a, int b, FpFlags flags) {
        if (BINARY32.isSignallingNan(wide(a)) || BINARY32.isSignallingNan(wide(b))) {
            flags.raise(FpFlags.NV);
        }
        return Float.intBitsToFloat(a) == Float.intBitsToFloat(b);
    }

    /** {@code a < b}, signalling: any NaN is invalid. */
    public static boolean lt(int a, int b, FpFlags flags) {
        raiseIfUnordered(a, b, flags);
        return Float.intBitsToFloat(a) < Float.intBitsToFloat(b);
    }

    /** {@code a <= b}, signalling: any NaN is invalid. */
    public static boolean le(int a, int b, FpFlags flags) {
        raiseIfUnordered(a, b, flags);
        return Float.intBitsToFloat(a) <= Float.intBitsToFloat(b);
    }

    /** The one bit of {@code fclass.s}'s ten that says what {@code a} is. */
    public static int classify(int a) {
        return Comparisons.classify(BINARY32, wide(a));
    }

    /** {@code fcvt.w.s}. */
    public static long toInt32(int a, int roundingMode, FpFlags flags) {
        return Binary64.toInt32(widened(a), roundingMode, flags);
    }

    /** {@code fcvt.wu.s}; the result is sign-extended from 32 bits. */
    public static long toUInt32(int a, int roundingMode, FpFlags flags) {
        return Binary64.toUInt32(widened(a), roundingMode, flags);
    }

    /** {@code fcvt.l.s}. */
    public static long toInt64(int a, int roundingMode, FpFlags flags) {
        return Binary64.toInt64(widened(a), roundingMode, flags);
    }

    /** {@code fcvt.lu.s}. */
    public static long toUInt64(int a, int roundingMode, FpFlags flags) {
        return Binary64.toUInt64(widened(a), roundingMode, flags);
    }

    /** {@code fcvt.s.w} of the low 32 bits of {@code source}. */
    public static int fromInt32(long source, int roundingMode, FpFlags flags) {
        return fromInt64((int) source, roundingMode, flags);
    }

    /** {@code fcvt.s.wu} of the low 32 bits of {@code source}. */
    public static int fromUInt32(long source, int roundingMode, FpFlags flags) {
        return fromInt64(source & 0xffff_ffffL, roundingMode, flags);
    }

    /** {@code fcvt.s.l}. */
    public static int fromInt64(long source, int roundingMode, FpFlags flags) {
        long magnitude = Math.abs(source);
        if (magnitude >>> PRECISION == 0) {
            return Float.floatToRawIntBits(source);
        }
        return (int) SoftConversions.fromInteger(BINARY32, source < 0, magnitude, roundingMode, flags);
    }

    /** {@code fcvt.s.lu}. */
    public static int fromUInt64(long source, int roundingMode, FpFlags flags) {
        if (source >>> PRECISION == 0) {
            return Float.floatToRawIntBits(source);
        }
        return (int) SoftConversions.fromInteger(BINARY32, false, source, roundingMode, flags);
    }

    /** {@code fcvt.s.d}. */
    public static int fromBinary64(long source, int roundingMode, FpFlags flags) {
        double exact = Double.longBitsToDouble(source);
        float rounded = (float) exact;
        if (rounded == exact) {
            return Float.floatToRawIntBits(rounded);
        }
        if (roundingMode == RNE && clearOfLimits(rounded)) {
            flags.raise(FpFlags.NX);
            return Float.floatToRawIntBits(rounded);
        }
        return (int) SoftConversions.convert(BINARY64, BINARY32, source, roundingMode, flags);
    }

    private static void raiseIfUnordered(int a, int b, FpFlags flags) {
        if (BINARY32.isNan(wide(a)) || BINARY32.isNan(wide(b))) {
            flags.raise(FpFlags.NV);
        }
    }

    private static boolean clearOfLimits(float result) {
        float magnitude = Math.abs(result);
        return magnitude >= TWICE_MIN_NORMAL && magnitude <= Float.MAX_VALUE;
    }

    /** The encoding as {@link Format} wants it. */
    private static long wide(int bits) {
        return Integer.toUnsignedLong(bits);
    }

    /** The same number in binary64. To conversions into integers, which know one kind of NaN, it is the same operand. */
    private static long widened(int bits) {
        return Double.doubleToRawLongBits(Float.intBitsToFloat(bits));
    }
}
