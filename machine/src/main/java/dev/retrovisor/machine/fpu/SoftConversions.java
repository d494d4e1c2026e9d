package dev.retrovisor.machine.fpu;

import static dev.retrovisor.machine.fpu.Format.LEADING_BIT;

/** Conversions between formats and to and from integers, in integer arithmetic, for every operand and rounding mode. */
final class SoftConversions {
    private SoftConversions() {}

    /** Rounds a number of one format to another. */
    static long convert(Format from, Format to, long bits, int roundingMode, FpFlags flags) {
        if (from.isNan(bits)) {
            if (from.isSignallingNan(bits)) {
                flags.raise(FpFlags.NV);
            }
            return to.canonicalNan();
        }
        boolean negative = from.isNegative(bits);
        if (from.isInfinite(bits)) {
            return to.signed(negative, to.infinity());
        }
        if (from.isZero(bits)) {
            return to.signed(negative, 0);
        }
        return SoftFloat.round(to, negative, from.exponent(bits), from.significand(bits), roundingMode, flags);
    }

    /** Rounds an integer, given as its sign and its unsigned magnitude. */
    static long fromInteger(Format format, boolean negative, long magnitude, int roundingMode, FpFlags flags) {
        if (magnitude == 0) {
            return 0;
        }
        int zeros = Long.numberOfLeadingZeros(magnitude);
        long significand = zeros == 0 ? magnitude >>> 1 | magnitude & 1 : magnitude << (zeros - (63 - LEADING_BIT));
        return SoftFloat.round(format, negative, 63 - zeros, significand, roundingMode, flags);
    }

    /**
     * Rounds to an integer. What is out of range after rounding, and a NaN, is invalid (and not inexact) and gives the
     * nearest integer in range, for a NaN the greatest.
     *
     * @param widthBits 32 or 64
     * @return the integer as the instruction writes it to its register: 32 bits are sign-extended, unsigned ones too
     */
    static long toInteger(Format format, long bits, boolean signed, int widthBits, int roundingMode, FpFlags flags) {
        boolean nan = format.isNan(bits);
        boolean negative = format.isNegative(bits) && !nan;
        long greatest = -1L >>> (64 - widthBits + (signed ? 1 : 0));
        long limit = !negative ? greatest : signed ? greatest + 1 : 0;
        int exponent = format.isZero(bits) ? -2 : format.isFinite(bits) ? format.exponent(bits) : Integer.MAX_VALUE;
        if (exponent < 64) {
            long magnitude;
            boolean inexact = false;
            if (exponent >= LEADING_BIT) {
                magnitude = format.significand(bits) << (exponent - LEADING_BIT);
            } else {
                // Below one half all that counts is whether there is anything: one is as good as the significand.
                int distance = Math.min(LEADING_BIT - exponent, 63);
                long significand = exponent >= -1 ? format.significand(bits) : format.isZero(bits) ? 0 : 1;
                magnitude = Rounding.shiftRight(negative, significand, distance, roundingMode);
                inexact = Rounding.remainder(significand, distance) != 0;
            }
            if (Long.compareUnsigned(magnitude, limit) <= 0) {
                if (inexact) {
                    flags.raise(FpFlags.NX);
                }
                return extend(negative ? -magnitude : magnitude, widthBits);
            }
        }
        flags.raise(FpFlags.NV);
        return extend(negative ? -limit : limit, widthBits);
    }

    private static long extend(long integer, int widthBits) {
        return widthBits == 32 ? (int) integer : integer;
    }
}
