package dev.retrovisor.machine;

import java.util.random.RandomGenerator;

/** Operands that lie where implementations go wrong. */
public final class EdgeValues {
    private static final long BOX = 0xFFFF_FFFF_0000_0000L;

    private final RandomGenerator random;

    public EdgeValues(RandomGenerator random) {
        this.random = random;
    }

    /** True once in {@code n} times. */
    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** For an integer register. */
    public long integer() {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextLong(-4, 5);
            case 1 -> (1L << random.nextInt(64)) + random.nextLong(-1, 2);
            case 2 -> -(1L << random.nextInt(64)) + random.nextLong(-1, 2);
            case 3 -> Integer.MIN_VALUE + random.nextLong(-1, 2);
            case 4 -> Integer.MAX_VALUE + random.nextLong(-1, 2);
            case 5 -> 0xFFFF_FFFFL + random.nextLong(-1, 2);
            case 6 -> random.nextInt();
            case 7 -> random.nextInt() & 0xFFFF_FFFFL;
            case 8 -> sparse();
            case 9 -> ~sparse();
            case 10 -> random.nextLong() >> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    /** Two or three bits set: halfway cases of conversions, and long runs of zeros. */
    private long sparse() {
        return 1L << random.nextInt(64) | 1L << random.nextInt(64) | (oneIn(2) ? 1L << random.nextInt(64) : 0);
    }

    /** For a floating-point register that is read as binary32: boxed, mostly. */
    public long single() {
        int bits = singleBits();
        return switch (random.nextInt(24)) {
            case 0 -> bits & 0xFFFF_FFFFL;
            case 1 -> (long) random.nextInt() << 32 | bits & 0xFFFF_FFFFL;
            default -> BOX | bits;
        };
    }

    private int singleBits() {
        int sign = random.nextInt() & Integer.MIN_VALUE;
        int fraction = (int) fraction(23);
        return sign
                | switch (random.nextInt(16)) {
                    case 0 -> 0;
                    case 1 -> fraction;
                    case 2 -> 1 << 23 | fraction;
                    case 3 -> 254 << 23 | fraction;
                    case 4 -> 255 << 23 | (oneIn(2) ? 0 : fraction);
                    case 5 -> 255 << 23 | 1 << 22 | fraction;
                    case 6, 7, 8 -> random.nextInt(127 - 4, 127 + 5) << 23 | fraction;
                    case 9 -> random.nextInt(127 + 22, 127 + 66) << 23 | fraction;
                    case 10, 11 -> Float.floatToRawIntBits(Math.abs((float) integer()));
                    case 12 -> random.nextInt(1, 40) << 23 | fraction;
                    default -> random.nextInt() & Integer.MAX_VALUE;
                };
    }

    /** For a floating-point register that is read as binary64. */
    public long dual() {
        long sign = random.nextLong() & Long.MIN_VALUE;
        long fraction = fraction(52);
        return sign
                | switch (random.nextInt(20)) {
                    case 0 -> 0;
                    case 1 -> fraction;
                    case 2 -> 1L << 52 | fraction;
                    case 3 -> 2046L << 52 | fraction;
                    case 4 -> 2047L << 52 | (oneIn(2) ? 0 : fraction);
                    case 5 -> 2047L << 52 | 1L << 51 | fraction;
                    case 6, 7, 8 -> (long) random.nextInt(1023 - 4, 1023 + 5) << 52 | fraction;
                    case 9 -> (long) random.nextInt(1023 + 28, 1023 + 66) << 52 | fraction;
                    case 10, 11 -> Double.doubleToRawLongBits(Math.abs((double) integer()));
                    case 12 -> Double.doubleToRawLongBits(Math.abs((int) integer() + random.nextInt(-4, 5) * 0.25));
                    case 13 -> (long) random.nextInt(1, 80) << 52 | fraction;
                    // Around the numbers of binary32, its smallest and largest among them.
                    case 14, 15 -> nearSingle() & Long.MAX_VALUE;
                    case 16 -> (long) random.nextInt(1023 - 152, 1023 - 124) << 52 | fraction;
                    default -> random.nextLong() & Long.MAX_VALUE;
                };
    }

    private long nearSingle() {
        long exact = Double.doubleToRawLongBits(Float.intBitsToFloat(singleBits()));
        return switch (random.nextInt(4)) {
            case 0 -> exact;
            case 1 -> exact | 1L << 28; // halfway to the next one
            case 2 -> exact | 1L << 28 | 1;
            default -> exact + random.nextInt(-2, 3);
        };
    }

    /** Fraction bits: few, many or any. */
    private long fraction(int width) {
        long mask = (1L << width) - 1;
        return mask
                & switch (random.nextInt(6)) {
                    case 0 -> 0;
                    case 1 -> random.nextLong(0, 3);
                    case 2 -> -random.nextLong(1, 3);
                    case 3 -> 1L << random.nextInt(width);
                    case 4 -> -1L << random.nextInt(width);
                    default -> random.nextLong();
                };
    }

    /** Something near another operand of binary32: sums cancel, comparisons are close. */
    public long nearSingle(long other) {
        return BOX | near((int) other, 23) & 0xFFFF_FFFFL;
    }

    /** Something near another operand of binary64. */
    public long nearDual(long other) {
        return near(other, 52);
    }

    private long near(long other, int fractionBits) {
        long changed = other + random.nextLong(-2, 3);
        if (oneIn(3)) {
            changed += random.nextLong(-3, 4) << fractionBits;
        }
        return oneIn(2) ? changed : changed ^ 1L << (fractionBits == 23 ? 31 : 63);
    }

    /** What makes a fused multiply-add cancel: the rounded product, negated or not, or its neighbour. */
    public long nearProductSingle(long left, long right) {
        float product = Float.intBitsToFloat((int) left) * Float.intBitsToFloat((int) right);
        return nearSingle(Float.floatToRawIntBits(product));
    }

    public long nearProductDual(long left, long right) {
        return nearDual(Double.doubleToRawLongBits(Double.longBitsToDouble(left) * Double.longBitsToDouble(right)));
    }
}
