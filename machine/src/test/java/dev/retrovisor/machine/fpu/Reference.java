package dev.retrovisor.machine.fpu;

import dev.retrovisor.machine.fpu.Exact.Outcome;
import dev.retrovisor.machine.fpu.Exact.Shape;
import java.math.BigInteger;

/** What each operation must give: the standard's special cases spelled out, everything else by {@link Exact}. */
final class Reference {
    private final Shape shape;
    private final long signBit;
    private final long infinity;
    private final long quietBit;

    Reference(Shape shape) {
        this.shape = shape;
        this.signBit = shape == Shape.SINGLE ? 1L << 31 : 1L << 63;
        this.infinity = (2L * shape.maxExponent() + 1) << shape.fractionBits();
        this.quietBit = 1L << (shape.fractionBits() - 1);
    }

    Shape shape() {
        return shape;
    }

    Outcome add(long a, long b, int roundingMode) {
        if (isNan(a) || isNan(b)) {
            return nan(a, b);
        }
        if (isInfinite(a)) {
            return isInfinite(b) && a != b ? invalid() : exactly(a);
        }
        if (isInfinite(b)) {
            return exactly(b);
        }
        return sum(exact(a), sign(a), b, roundingMode);
    }

    Outcome sub(long a, long b, int roundingMode) {
        return add(a, b ^ signBit, roundingMode);
    }

    Outcome mul(long a, long b, int roundingMode) {
        long sign = sign(a) ^ sign(b);
        if (isNan(a) || isNan(b)) {
            return nan(a, b);
        }
        if (isInfinite(a) || isInfinite(b)) {
            return isZero(a) || isZero(b) ? invalid() : exactly(sign | infinity);
        }
        Exact product = exact(a).times(exact(b));
        return product.isZero() ? exactly(sign) : product.round(shape, roundingMode);
    }

    Outcome fusedMultiplyAdd(long a, long b, long c, int roundingMode) {
        long sign = sign(a) ^ sign(b);
        if ((isInfinite(a) && isZero(b)) || (isZero(a) && isInfinite(b))) {
            return invalid();
        }
        if (isNan(a) || isNan(b) || isNan(c)) {
            return isSignalling(c) ? invalid() : nan(a, b);
        }
        if (isInfinite(a) || isInfinite(b)) {
            return isInfinite(c) && sign != sign(c) ? invalid() : exactly(sign | infinity);
        }
        return isInfinite(c) ? exactly(c) : sum(exact(a).times(exact(b)), sign, c, roundingMode);
    }

    /** {@code x + c}; where x is zero it has the given sign. IEEE 754-2019, 6.3, says which zero a sum is. */
    private Outcome sum(Exact x, long xSign, long c, int roundingMode) {
        Exact sum = x.plus(exact(c));
        if (!sum.isZero()) {
            return sum.round(shape, roundingMode);
        }
        boolean zerosOfOneSign = x.isZero() && xSign == sign(c);
        return exactly(zerosOfOneSign ? xSign : roundingMode == 2 ? signBit : 0);
    }

    Outcome div(long a, long b, int roundingMode) {
        long sign = sign(a) ^ sign(b);
        if (isNan(a) || isNan(b)) {
            return nan(a, b);
        }
        if ((isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) {
            return invalid();
        }
        if (isInfinite(a)) {
            return exactly(sign | infinity);
        }
        if (isZero(b)) {
            return new Outcome(sign | infinity, FpFlags.DZ);
        }
        return isZero(a) || isInfinite(b)
                ? exactly(sign)
                : exact(a).over(exact(b)).round(shape, roundingMode);
    }

    Outcome sqrt(long a, int roundingMode) {
        if (isNan(a)) {
            return nan(a, a);
        }
        if (isZero(a) || a == infinity) {
            return exactly(a);
        }
        return sign(a) != 0 ? invalid() : exact(a).root().round(shape, roundingMode);
    }

    /** To an integer between two bounds; unprivileged ISA, "Domains of float-to-integer conversions". */
    Outcome toInteger(long a, BigInteger least, BigInteger greatest, int roundingMode) {
        if (isNan(a)) {
            return new Outcome(greatest.longValue(), FpFlags.NV);
        }
        if (isInfinite(a)) {
            return new Outcome((sign(a) != 0 ? least : greatest).longValue(), FpFlags.NV);
        }
        BigInteger rounded = exact(a).roundToInteger(roundingMode);
        BigInteger clamped = rounded.max(least).min(greatest);
        if (!clamped.equals(rounded)) {
            return new Outcome(clamped.longValue(), FpFlags.NV);
        }
        return new Outcome(rounded.longValue(), exact(a).isInteger(rounded) ? 0 : FpFlags.NX);
    }

    Outcome fromInteger(BigInteger integer, int roundingMode) {
        return integer.signum() == 0 ? exactly(0) : Exact.of(integer).round(shape, roundingMode);
    }

    /** A number of another format. */
    Outcome convert(Reference from, long a, int roundingMode) {
        if (from.isNan(a)) {
            return from.isSignalling(a) ? invalid() : exactly(infinity | quietBit);
        }
        long sign = from.sign(a) != 0 ? signBit : 0;
        if (from.isInfinite(a) || from.isZero(a)) {
            return exactly(from.isZero(a) ? sign : sign | infinity);
        }
        return from.exact(a).round(shape, roundingMode);
    }

    private Exact exact(long bits) {
        return Exact.of(shape, bits);
    }

    private long sign(long bits) {
        return bits & signBit;
    }

    private boolean isZero(long bits) {
        return (bits & ~signBit) == 0;
    }

    private boolean isInfinite(long bits) {
        return (bits & ~signBit) == infinity;
    }

    private boolean isNan(long bits) {
        return (bits & infinity) == infinity && (bits & ~signBit & ~infinity) != 0;
    }

    private boolean isSignalling(long bits) {
        return isNan(bits) && (bits & quietBit) == 0;
    }

    private Outcome exactly(long bits) {
        return new Outcome(bits, 0);
    }

    private Outcome invalid() {
        return new Outcome(infinity | quietBit, FpFlags.NV);
    }

    private Outcome nan(long a, long b) {
        return isSignalling(a) || isSignalling(b) ? invalid() : exactly(infinity | quietBit);
    }
}
