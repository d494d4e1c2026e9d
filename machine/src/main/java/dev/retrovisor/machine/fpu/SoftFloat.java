package dev.retrovisor.machine.fpu;

import static dev.retrovisor.machine.fpu.Format.LEADING_BIT;

/**
 * The operations in integer arithmetic, for any format up to binary64, every operand and every rounding mode.
 *
 * <p>Between unpacking and rounding a number is a sign, an exponent and a significand with its leading one at
 * {@link Format#LEADING_BIT}; bit 0 is <em>sticky</em>: also set if anything nonzero was shifted out below it. That keeps
 * ten bits below binary64's precision, and rounding needs two, so a sticky bit decides every case as the exact
 * value would.
 */
final class SoftFloat {
    private SoftFloat() {}

    /** {@code a + b}: {@code a * 1} is exact and has {@code a}'s sign, so one routine serves both. */
    static long add(Format format, long a, long b, int roundingMode, FpFlags flags) {
        return multiplyAdd(format, a, format.one(), b, roundingMode, flags);
    }

    /** {@code a * b}: to add a zero of the product's own sign changes nothing, not even a zero's sign. */
    static long multiply(Format format, long a, long b, int roundingMode, FpFlags flags) {
        long zero = (a ^ b) & format.signBit();
        return multiplyAdd(format, a, b, zero, roundingMode, flags);
    }

    /** {@code a * b + c}, rounded once. */
    static long multiplyAdd(Format format, long a, long b, long c, int roundingMode, FpFlags flags) {
        if (!format.isFinite(a) || !format.isFinite(b) || !format.isFinite(c)) {
            return multiplyAddNonFinite(format, a, b, c, flags);
        }
        boolean productNegative = format.isNegative(a ^ b);
        boolean addendNegative = format.isNegative(c);
        if (format.isZero(a) || format.isZero(b)) {
            boolean zeroSum = format.isZero(c) && productNegative != addendNegative;
            return zeroSum ? format.signed(roundingMode == Rounding.RDN, 0) : c;
        }
        long x = format.significand(a);
        long y = format.significand(b);
        int exponent = format.exponent(a) + format.exponent(b);
        long high = Math.multiplyHigh(x, y);
        long low = x * y;
        // The product of two leading ones at bit 62 leads at bit 124 or 125, which is 60 or 61 of the high half.
        int distance = Long.numberOfLeadingZeros(high) - (63 - LEADING_BIT);
        high = high << distance | low >>> (64 - distance);
        low <<= distance;
        exponent += 2 - distance;
        if (format.isZero(c)) {
            return round(format, productNegative, exponent, withSticky(high, low), roundingMode, flags);
        }
        return productNegative == addendNegative
                ? addMagnitudes(format, productNegative, exponent, high, low, c, roundingMode, flags)
                : subtractMagnitudes(format, productNegative, exponent, high, low, c, roundingMode, flags);
    }

    private static long multiplyAddNonFinite(Format format, long a, long b, long c, FpFlags flags) {
        boolean infinityTimesZero =
                (format.isInfinite(a) && format.isZero(b)) || (format.isZero(a) && format.isInfinite(b));
        if (infinityTimesZero || format.isSignallingNan(a) || format.isSignallingNan(b) || format.isSignallingNan(c)) {
            return invalid(format, flags);
        }
        if (format.isNan(a) || format.isNan(b) || format.isNan(c)) {
            return format.canonicalNan();
        }
        boolean productNegative = format.isNegative(a ^ b);
        boolean productInfinite = format.isInfinite(a) || format.isInfinite(b);
        if (productInfinite && format.isInfinite(c) && productNegative != format.isNegative(c)) {
            return invalid(format, flags);
        }
        return productInfinite ? format.signed(productNegative, format.infinity()) : c;
    }

    /** Adds to the 128-bit significand {@code high:low} that of {@code c}, a finite nonzero number of the same sign. */
    private static long addMagnitudes(
            Format format,
            boolean negative,
            int exponent,
            long high,
            long low,
            long c,
            int roundingMode,
            FpFlags flags) {
        int addendExponent = format.exponent(c);
        int common = Math.max(exponent, addendExponent);
        long addend = format.significand(c);
        long x = shiftHigh(high, common - exponent);
        long xLow = shiftLow(high, low, common - exponent);
        long y = shiftHigh(addend, common - addendExponent);
        long yLow = shiftLow(addend, 0, common - addendExponent);
        // Of the two, the one that has the common exponent was not shifted; both stay below 2^127.
        long sumLow = xLow + yLow;
        long carry = Long.compareUnsigned(sumLow, xLow) < 0 ? 1 : 0;
        long sum = withSticky(x + y + carry, sumLow);
        return sum < 0
                ? round(format, negative, common + 1, withSticky(sum >>> 1, sum & 1), roundingMode, flags)
                : round(format, negative, common, sum, roundingMode, flags);
    }

    /**
     * Takes from the 128-bit significand {@code high:low} that of {@code c}, a finite nonzero number of the other sign.
     *
     * <p>A sticky bit stands for a number in (0, 1) of its weight, which is safe here: a product has at most 106 bits,
     * so bits are lost only at distances above 20, and then the difference loses at most one leading bit.
     */
    private static long subtractMagnitudes(
            Format format,
            boolean negative,
            int exponent,
            long high,
            long low,
            long c,
            int roundingMode,
            FpFlags flags) {
        int addendExponent = format.exponent(c);
        int common = Math.max(exponent, addendExponent);
        long addend = format.significand(c);
        long xLow = shiftLow(high, low, common - exponent);
        long yLow = shiftLow(addend, 0, common - addendExponent);
        long borrow = Long.compareUnsigned(xLow, yLow) < 0 ? 1 : 0;
        long difference = shiftHigh(high, common - exponent) - shiftHigh(addend, common - addendExponent) - borrow;
        long differenceLow = xLow - yLow;
        if ((difference | differenceLow) == 0) {
            return format.signed(roundingMode == Rounding.RDN, 0);
        }
        boolean addendLarger = difference < 0;
        if (addendLarger) {
            differenceLow = -differenceLow;
            difference = differenceLow == 0 ? -difference : ~difference;
        }
        if (difference == 0) {
            // At least 63 leading bits cancelled: the exponents differed by one at most, so nothing was shifted out,
            // and the low half still ends in the zeros below a 106-bit product.
            difference = differenceLow >>> 1;
            differenceLow = 0;
            common -= 63;
        }
        int distance = Long.numberOfLeadingZeros(difference) - (63 - LEADING_BIT);
        // Two shifts, because a shift by 64 would be none.
        difference = difference << distance | differenceLow >>> 1 >>> (63 - distance);
        differenceLow <<= distance;
        return round(
                format,
                negative != addendLarger,
                common - distance,
                withSticky(difference, differenceLow),
                roundingMode,
                flags);
    }

    /** {@code a / b}. */
    static long divide(Format format, long a, long b, int roundingMode, FpFlags flags) {
        boolean negative = format.isNegative(a ^ b);
        if (format.isNan(a) || format.isNan(b)) {
            return propagate(format, a, b, flags);
        }
        if (format.isInfinite(a)) {
            return format.isInfinite(b) ? invalid(format, flags) : format.signed(negative, format.infinity());
        }
        if (format.isZero(b)) {
            if (format.isZero(a)) {
                return invalid(format, flags);
            }
            flags.raise(FpFlags.DZ);
            return format.signed(negative, format.infinity());
        }
        if (format.isZero(a) || format.isInfinite(b)) {
            return format.signed(negative, 0);
        }
        // Integers of at most 53 bits: ten more bits of quotient a step then fit a signed long.
        long divisor = format.significand(b) >>> 10;
        long remainder = format.significand(a) >>> 10;
        int exponent = format.exponent(a) - format.exponent(b);
        if (remainder < divisor) {
            remainder <<= 1;
            exponent--;
        }
        remainder -= divisor;
        long quotient = 1;
        for (int step = 0; step < 6; step++) {
            remainder <<= 10;
            long digit = remainder / divisor;
            remainder -= digit * divisor;
            quotient = quotient << 10 | digit;
        }
        return round(format, negative, exponent, withSticky(quotient << 2, remainder), roundingMode, flags);
    }

    /** Square root, digit by digit: sixty bits, of which the first is one, and a remainder. */
    static long squareRoot(Format format, long a, int roundingMode, FpFlags flags) {
        if (format.isNan(a)) {
            return propagate(format, a, a, flags);
        }
        if (format.isZero(a)) {
            return a;
        }
        if (format.isNegative(a)) {
            return invalid(format, flags);
        }
        if (format.isInfinite(a)) {
            return a;
        }
        int exponent = format.exponent(a);
        // An even exponent leaves a radicand in [1, 4), whose two top bits are its integer part.
        long radicand = format.significand(a) << (exponent & 1);
        long root = 0;
        long remainder = 0;
        for (int bit = 0; bit < 60; bit++) {
            remainder = remainder << 2 | radicand >>> 62;
            radicand <<= 2;
            long trial = root << 2 | 1;
            root <<= 1;
            if (remainder >= trial) {
                remainder -= trial;
                root |= 1;
            }
        }
        return round(format, false, exponent >> 1, withSticky(root << 3, remainder), roundingMode, flags);
    }

    /**
     * Rounds to the format and raises what that calls for.
     *
     * @param exponent any
     * @param significand leading one at {@link Format#LEADING_BIT}, bit 0 sticky
     */
    static long round(
            Format format, boolean negative, int exponent, long significand, int roundingMode, FpFlags flags) {
        int distance = LEADING_BIT - format.fractionBits();
        if (exponent < format.minExponent()) {
            return roundBelowNormal(format, negative, exponent, significand, roundingMode, flags);
        }
        if (exponent <= format.maxExponent()) {
            long rounded = Rounding.shiftRight(negative, significand, distance, roundingMode);
            // The leading one counts as one step of the exponent field, and so does a carry out of the fraction.
            long magnitude = ((long) (exponent - format.minExponent()) << format.fractionBits()) + rounded;
            if (magnitude < format.infinity()) {
                if (Rounding.remainder(significand, distance) != 0) {
                    flags.raise(FpFlags.NX);
                }
                return format.signed(negative, magnitude);
            }
        }
        flags.raise(FpFlags.OF | FpFlags.NX);
        boolean toInfinity = Rounding.overflowsToInfinity(negative, roundingMode);
        return format.signed(negative, toInfinity ? format.infinity() : format.infinity() - 1);
    }

    private static long roundBelowNormal(
            Format format, boolean negative, int exponent, long significand, int roundingMode, FpFlags flags) {
        int distance = LEADING_BIT - format.fractionBits();
        long aligned = shiftLow(0, significand, format.minExponent() - exponent);
        // A carry into the implicit bit makes the smallest normal number, with the right exponent field.
        long magnitude = Rounding.shiftRight(negative, aligned, distance, roundingMode);
        if (Rounding.remainder(aligned, distance) != 0) {
            // IEEE 754-2019, 7.5: tiny after rounding, if so when rounded to full precision with no least exponent.
            boolean tiny = exponent < format.minExponent() - 1
                    || Rounding.shiftRight(negative, significand, distance, roundingMode) >>> 1 < format.implicitBit();
            flags.raise(tiny ? FpFlags.UF | FpFlags.NX : FpFlags.NX);
        }
        return format.signed(negative, magnitude);
    }

    /** The canonical NaN, as the result of an invalid operation. */
    static long invalid(Format format, FpFlags flags) {
        flags.raise(FpFlags.NV);
        return format.canonicalNan();
    }

    /** The result of an operation of which an operand is a NaN: canonical, and invalid if one is signalling. */
    static long propagate(Format format, long a, long b, FpFlags flags) {
        return format.isSignallingNan(a) || format.isSignallingNan(b) ? invalid(format, flags) : format.canonicalNan();
    }

    private static long withSticky(long significand, long below) {
        return below == 0 ? significand : significand | 1;
    }

    /** Upper half of {@code high:0} shifted right; the distance is not negative. */
    private static long shiftHigh(long high, int distance) {
        return distance < 64 ? high >>> distance : 0;
    }

    /** Lower half of the nonzero {@code high:low} shifted right, bit 0 sticky; the distance is not negative. */
    private static long shiftLow(long high, long low, int distance) {
        if (distance == 0) {
            return low;
        }
        if (distance < 64) {
            return withSticky(high << -distance | low >>> distance, low << -distance);
        }
        if (distance == 64) {
            return withSticky(high, low);
        }
        return distance < 128 ? withSticky(high >>> distance, high << -distance | low) : 1;
    }
}
