package dev.retrovisor.machine.fpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final int SIGNALLING_32 = 0x7f80_0001;
    private static final int QUIET_32 = 0xffc0_0002;
    private static final int CANONICAL_32 = 0x7fc0_0000;
    private static final long SIGNALLING_64 = 0xfff0_0000_0000_0001L;
    private static final long QUIET_64 = 0x7ff8_0000_0000_0002L;
    private static final long CANONICAL_64 = 0x7ff8_0000_0000_0000L;

    /** Ascending; the two zeros are one number to comparisons and two to min and max. */
    private static final double[] ASCENDING = {
        Double.NEGATIVE_INFINITY,
        -Float.MAX_VALUE,
        -2,
        -1,
        -Float.MIN_NORMAL,
        -Float.MIN_VALUE,
        -0.0,
        0.0,
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        1,
        2,
        Float.MAX_VALUE,
        Double.POSITIVE_INFINITY
    };

    private final FpFlags flags = new FpFlags();

    @Test
    void numbersCompareByValueAndMinAndMaxPutTheNegativeZeroFirst() {
        for (int i = 0; i < ASCENDING.length; i++) {
            for (int j = 0; j < ASCENDING.length; j++) {
                double x = ASCENDING[i];
                double y = ASCENDING[j];
                int low = Math.min(i, j);
                int high = Math.max(i, j);
                String pair = x + " and " + y;

                assertEquals(x == y, Binary64.eq(bits64(x), bits64(y), flags), pair);
                assertEquals(x < y, Binary64.lt(bits64(x), bits64(y), flags), pair);
                assertEquals(x <= y, Binary64.le(bits64(x), bits64(y), flags), pair);
                assertEquals(bits64(ASCENDING[low]), Binary64.min(bits64(x), bits64(y), flags), pair);
                assertEquals(bits64(ASCENDING[high]), Binary64.max(bits64(x), bits64(y), flags), pair);

                assertEquals(x == y, Binary32.eq(bits32(x), bits32(y), flags), pair);
                assertEquals(x < y, Binary32.lt(bits32(x), bits32(y), flags), pair);
                assertEquals(x <= y, Binary32.le(bits32(x), bits32(y), flags), pair);
                assertEquals(bits32(ASCENDING[low]), Binary32.min(bits32(x), bits32(y), flags), pair);
                assertEquals(bits32(ASCENDING[high]), Binary32.max(bits32(x), bits32(y), flags), pair);
            }
        }
        assertEquals(0, flags.raised, "comparing numbers raises nothing");
    }

    @Test
    void equalityIsInvalidOnlyForSignallingNans() {
        assertFalse(Binary32.eq(QUIET_32, QUIET_32, flags));
        assertFalse(Binary64.eq(bits64(1), QUIET_64, flags));
        assertRaised(0, "a quiet NaN compares unequal, quietly");

        assertFalse(Binary32.eq(bits32(1), SIGNALLING_32, flags));
        assertRaised(FpFlags.NV, "feq.s with a signalling NaN");
        assertFalse(Binary64.eq(SIGNALLING_64, QUIET_64, flags));
        assertRaised(FpFlags.NV, "feq.d with a signalling NaN");
    }

    @Test
    void orderIsInvalidForAnyNan() {
        assertFalse(Binary32.lt(QUIET_32, bits32(1), flags));
        assertRaised(FpFlags.NV, "flt.s");
        assertFalse(Binary32.le(bits32(1), SIGNALLING_32, flags));
        assertRaised(FpFlags.NV, "fle.s");
        assertFalse(Binary64.lt(bits64(1), QUIET_64, flags));
        assertRaised(FpFlags.NV, "flt.d");
        assertFalse(Binary64.le(SIGNALLING_64, bits64(1), flags));
        assertRaised(FpFlags.NV, "fle.d");
    }

    @Test
    void minAndMaxPreferANumberToANan() {
        assertEquals(bits32(-3), Binary32.min(QUIET_32, bits32(-3), flags));
        assertEquals(bits32(-3), Binary32.max(bits32(-3), QUIET_32, flags));
        assertEquals(bits64(-3), Binary64.min(bits64(-3), QUIET_64, flags));
        assertEquals(bits64(-3), Binary64.max(QUIET_64, bits64(-3), flags));
        assertEquals(CANONICAL_32, Binary32.min(QUIET_32, QUIET_32, flags), "of two NaNs, the canonical one");
        assertEquals(CANONICAL_64, Binary64.max(QUIET_64, QUIET_64, flags), "of two NaNs, the canonical one");
        assertRaised(0, "quiet NaNs are no exception");

        assertEquals(bits32(-3), Binary32.max(SIGNALLING_32, bits32(-3), flags));
        assertRaised(FpFlags.NV, "a signalling NaN is invalid, and yet the number wins");
        assertEquals(bits64(-3), Binary64.min(bits64(-3), SIGNALLING_64, flags));
        assertRaised(FpFlags.NV, "a signalling NaN is invalid, and yet the number wins");
        assertEquals(CANONICAL_64, Binary64.min(SIGNALLING_64, QUIET_64, flags));
        assertRaised(FpFlags.NV, "one of two NaNs is signalling");
    }

    /** Unprivileged ISA, "Format of result of FCLASS instruction". */
    @Test
    void everyNumberHasOneClass() {
        double[] representatives = {
            Double.NEGATIVE_INFINITY, -1, -Float.MIN_VALUE, -0.0, 0.0, Float.MIN_VALUE, 1, Double.POSITIVE_INFINITY
        };
        for (int bit = 0; bit < representatives.length; bit++) {
            assertEquals(1 << bit, Binary32.classify(bits32(representatives[bit])), "class " + bit);
            boolean subnormal = bit == 2 || bit == 5;
            double wide = subnormal ? Math.copySign(Double.MIN_VALUE, representatives[bit]) : representatives[bit];
            assertEquals(1 << bit, Binary64.classify(bits64(wide)), "class " + bit);
        }
        assertEquals(1 << 8, Binary32.classify(SIGNALLING_32), "signalling NaN");
        assertEquals(1 << 9, Binary32.classify(QUIET_32), "quiet NaN");
        assertEquals(1 << 8, Binary64.classify(SIGNALLING_64), "signalling NaN");
        assertEquals(1 << 9, Binary64.classify(QUIET_64), "quiet NaN");
        assertTrue(Binary64.classify(bits64(Double.MIN_NORMAL)) == 1 << 6, "the smallest normal number is normal");
        assertTrue(Binary32.classify(bits32(-Float.MIN_NORMAL)) == 1 << 1, "the smallest normal number is normal");
    }

    private void assertRaised(int expected, String message) {
        assertEquals(expected, flags.raised, message);
        flags.raised = 0;
    }

    private static long bits64(double x) {
        return Double.doubleToRawLongBits(x);
    }

    private static int bits32(double x) {
        return Float.floatToRawIntBits((float) x);
    }
}
