package dev.retrovisor.machine.fpu;

/**
 * The five rounding modes, numbered as in {@code fcsr.frm} and the instructions' {@code rm} field.
 *
 * <p>The other encodings (5 and 6 reserved, 7 dynamic) are illegal instructions or resolved before an operation is
 * called; operations take only these five.
 */
public final class Rounding {
    /** To nearest, ties to even. */
    public static final int RNE = 0;

    /** Towards zero. */
    public static final int RTZ = 1;

    /** Down, towards negative infinity. */
    public static final int RDN = 2;

    /** Up, towards positive infinity. */
    public static final int RUP = 3;

    /** To nearest, ties to the larger magnitude. */
    public static final int RMM = 4;

    private Rounding() {}

    /**
     * {@code magnitude / 2^distance}, rounded to an integer as the mode has it for a number of that sign.
     *
     * @param magnitude unsigned; its bit 0 may be sticky if {@code distance} is at least 2
     * @param distance 1 to 63
     */
    static long shiftRight(boolean negative, long magnitude, int distance, int roundingMode) {
        long quotient = magnitude >>> distance;
        long remainder = remainder(magnitude, distance);
        long half = 1L << (distance - 1);
        boolean up = switch (roundingMode) {
            case RNE -> remainder > half || (remainder == half && (quotient & 1) != 0);
            case RTZ -> false;
            case RDN -> negative && remainder != 0;
            case RUP -> !negative && remainder != 0;
            default -> remainder >= half;
        };
        return up ? quotient + 1 : quotient;
    }

    /** What {@link #shiftRight} rounds away: nonzero if and only if the rounding is inexact. */
    static long remainder(long magnitude, int distance) {
        return magnitude & ((1L << distance) - 1);
    }

    /** True if a result too large to represent becomes infinity; false if it becomes the largest finite number. */
    static boolean overflowsToInfinity(boolean negative, int roundingMode) {
        return switch (roundingMode) {
            case RTZ -> false;
            case RDN -> negative;
            case RUP -> !negative;
            default -> true;
        };
    }
}
