package dev.retrovisor.machine.fpu;

import java.math.BigInteger;

/**
 * The oracle: IEEE 754 as the standard words it, on exact numbers. It shares no code with what it judges, knows no sticky
 * bits, and finds a rounding by dividing integers.
 *
 * <p>A nonzero number {@code numerator / denominator * 2^scale}; the denominator is positive.
 */
record Exact(BigInteger numerator, BigInteger denominator, int scale) {
    private static final int EXTRA_ROOT_BITS = 140;

    /** Width of the fraction field and largest exponent: what the oracle knows of a format. */
    record Shape(int fractionBits, int maxExponent) {
        static final Shape SINGLE = new Shape(23, 127);
        static final Shape DOUBLE = new Shape(52, 1023);

        int leastExponent() {
            return 1 - maxExponent;
        }
    }

    /** An encoding and the exceptions that came with it. */
    record Outcome(long bits, int raised) {
        @Override
        public String toString() {
            return "%016x flags %02x".formatted(bits, raised);
        }
    }

    /** A finite nonzero float, read off its fields. */
    static Exact of(Shape shape, long bits) {
        long fraction = bits & ((1L << shape.fractionBits) - 1);
        int field = (int) (bits >>> shape.fractionBits) & (2 * shape.maxExponent + 1);
        long significand = field == 0 ? fraction : fraction + (1L << shape.fractionBits);
        int exponent = Math.max(field, 1) - shape.maxExponent - shape.fractionBits;
        boolean negative = (bits >>> (shape == Shape.SINGLE ? 31 : 63)) != 0;
        return new Exact(BigInteger.valueOf(negative ? -significand : significand), BigInteger.ONE, exponent);
    }

    static Exact of(BigInteger integer) {
        return new Exact(integer, BigInteger.ONE, 0);
    }

    Exact times(Exact other) {
        return new Exact(
                numerator.multiply(other.numerator), denominator.multiply(other.denominator), scale + other.scale);
    }

    /** For dyadic numbers. */
    Exact plus(Exact other) {
        int common = Math.min(scale, other.scale);
        BigInteger sum = numerator.shiftLeft(scale - common).add(other.numerator.shiftLeft(other.scale - common));
        return new Exact(sum, BigInteger.ONE, common);
    }

    Exact over(Exact other) {
        BigInteger sign = BigInteger.valueOf(other.numerator.signum());
        return new Exact(
                numerator.multiply(other.denominator).multiply(sign),
                denominator.multiply(other.numerator.abs()),
                scale - other.scale);
    }

    /**
     * A number that rounds as the root of this positive dyadic number does: the root itself if rational, else one between
     * the same two neighbours of far greater precision than any format's.
     */
    Exact root() {
        int evenScale = scale - 2 * EXTRA_ROOT_BITS - (scale & 1);
        BigInteger[] root = numerator.shiftLeft(scale - evenScale).sqrtAndRemainder();
        BigInteger twice = root[0].shiftLeft(1);
        return new Exact(root[1].signum() == 0 ? twice : twice.add(BigInteger.ONE), BigInteger.ONE, evenScale / 2 - 1);
    }

    boolean isZero() {
        return numerator.signum() == 0;
    }

    boolean isNegative() {
        return numerator.signum() < 0;
    }

    /** Rounds to a multiple of 2^quantum; the answer counts such multiples. */
    private BigInteger multiplesOf(int quantum, int roundingMode) {
        int shift = scale - quantum;
        BigInteger dividend = numerator.abs().shiftLeft(Math.max(shift, 0));
        BigInteger divisor = denominator.shiftLeft(Math.max(-shift, 0));
        BigInteger[] parts = dividend.divideAndRemainder(divisor);
        int againstHalf = parts[1].shiftLeft(1).compareTo(divisor);
        boolean inexact = parts[1].signum() != 0;
        boolean away = switch (roundingMode) {
            case 0 -> againstHalf > 0 || (againstHalf == 0 && parts[0].testBit(0));
            case 1 -> false;
            case 2 -> inexact && isNegative();
            case 3 -> inexact && !isNegative();
            case 4 -> againstHalf >= 0;
            default -> throw new IllegalArgumentException("rounding mode " + roundingMode);
        };
        return away ? parts[0].add(BigInteger.ONE) : parts[0];
    }

    private boolean equalsMultiple(BigInteger multiples, int quantum) {
        return compareMagnitude(multiples, quantum) == 0;
    }

    private int compareMagnitude(BigInteger multiples, int quantum) {
        int shift = scale - quantum;
        return numerator
                .abs()
                .shiftLeft(Math.max(shift, 0))
                .compareTo(multiples.multiply(denominator).shiftLeft(Math.max(-shift, 0)));
    }

    /** The exponent e for which 2^e <= |this| < 2^(e + 1). */
    private int floorLog2() {
        int guess = numerator.abs().bitLength() - denominator.bitLength() + scale;
        return compareMagnitude(BigInteger.ONE, guess) >= 0 ? guess : guess - 1;
    }

    /** Rounds this nonzero number to a float, with the exceptions of IEEE 754-2019, section 7, tininess after rounding. */
    Outcome round(Shape shape, int roundingMode) {
        int floorLog2 = floorLog2();
        int quantum = Math.max(floorLog2, shape.leastExponent()) - shape.fractionBits;
        BigInteger multiples = multiplesOf(quantum, roundingMode);
        long sign = isNegative() ? 1L << (shape == Shape.SINGLE ? 31 : 63) : 0;
        long infinity = (2L * shape.maxExponent + 1) << shape.fractionBits;
        boolean tooLarge = multiples.bitLength() + quantum > shape.maxExponent + 1;
        if (tooLarge) {
            boolean toInfinity = roundingMode == 0 || roundingMode == 4 || roundingMode == (isNegative() ? 2 : 3);
            return new Outcome(sign | (toInfinity ? infinity : infinity - 1), FpFlags.OF | FpFlags.NX);
        }
        long steps = multiples.longValueExact();
        long bits = steps < 1L << shape.fractionBits
                ? steps
                : steps
                        - (1L << shape.fractionBits)
                        + ((long) (quantum + shape.fractionBits + shape.maxExponent) << shape.fractionBits);
        if (equalsMultiple(multiples, quantum)) {
            return new Outcome(sign | bits, 0);
        }
        int fullQuantum = floorLog2 - shape.fractionBits;
        BigInteger unbounded = multiplesOf(fullQuantum, roundingMode);
        boolean tiny = unbounded.bitLength() - 1 + fullQuantum < shape.leastExponent();
        return new Outcome(sign | bits, tiny ? FpFlags.UF | FpFlags.NX : FpFlags.NX);
    }

    /** This dyadic number rounded to an integer. */
    BigInteger roundToInteger(int roundingMode) {
        BigInteger magnitude = multiplesOf(0, roundingMode);
        return isNegative() ? magnitude.negate() : magnitude;
    }

    boolean isInteger(BigInteger integer) {
        return equalsMultiple(integer.abs(), 0);
    }
}
