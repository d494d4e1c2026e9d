package dev.retrovisor.machine.fpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.fpu.Exact.Outcome;
import dev.retrovisor.machine.fpu.Exact.Shape;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConversionTest {
    private static final int CASES = 6_000;
    private static final Reference SINGLE = new Reference(Shape.SINGLE);
    private static final Reference DOUBLE = new Reference(Shape.DOUBLE);

    interface Call {
        long apply(long source, int roundingMode, FpFlags flags);
    }

    /** An integer type of the ISA. */
    enum Type {
        W(true, 32),
        WU(false, 32),
        L(true, 64),
        LU(false, 64);

        final boolean signed;
        final int widthBits;

        Type(boolean signed, int widthBits) {
            this.signed = signed;
            this.widthBits = widthBits;
        }

        BigInteger least() {
            return signed ? BigInteger.TWO.pow(widthBits - 1).negate() : BigInteger.ZERO;
        }

        BigInteger greatest() {
            return BigInteger.TWO.pow(signed ? widthBits - 1 : widthBits).subtract(BigInteger.ONE);
        }

        /** The integer that an instruction reads from a whole register. */
        BigInteger read(long register) {
            BigInteger low = new BigInteger(Long.toUnsignedString(register)).mod(BigInteger.TWO.pow(widthBits));
            return low.compareTo(greatest()) > 0 ? low.subtract(BigInteger.TWO.pow(widthBits)) : low;
        }
    }

    record ToInteger(Reference source, Format format, Type type, Call call) {
        @Override
        public String toString() {
            return "fcvt.%s.%s".formatted(type, source == SINGLE ? "s" : "d");
        }
    }

    record FromInteger(Reference target, Type type, Call call) {
        @Override
        public String toString() {
            return "fcvt.%s.%s".formatted(target == SINGLE ? "s" : "d", type);
        }
    }

    static List<ToInteger> toIntegers() {
        return List.of(
                new ToInteger(SINGLE, Format.BINARY32, Type.W, (a, m, f) -> Binary32.toInt32((int) a, m, f)),
                new ToInteger(SINGLE, Format.BINARY32, Type.WU, (a, m, f) -> Binary32.toUInt32((int) a, m, f)),
                new ToInteger(SINGLE, Format.BINARY32, Type.L, (a, m, f) -> Binary32.toInt64((int) a, m, f)),
                new ToInteger(SINGLE, Format.BINARY32, Type.LU, (a, m, f) -> Binary32.toUInt64((int) a, m, f)),
                new ToInteger(DOUBLE, Format.BINARY64, Type.W, Binary64::toInt32),
                new ToInteger(DOUBLE, Format.BINARY64, Type.WU, Binary64::toUInt32),
                new ToInteger(DOUBLE, Format.BINARY64, Type.L, Binary64::toInt64),
                new ToInteger(DOUBLE, Format.BINARY64, Type.LU, Binary64::toUInt64));
    }

    static List<FromInteger> fromIntegers() {
        return List.of(
                new FromInteger(SINGLE, Type.W, (a, m, f) -> encoding(Binary32.fromInt32(a, m, f))),
                new FromInteger(SINGLE, Type.WU, (a, m, f) -> encoding(Binary32.fromUInt32(a, m, f))),
                new FromInteger(SINGLE, Type.L, (a, m, f) -> encoding(Binary32.fromInt64(a, m, f))),
                new FromInteger(SINGLE, Type.LU, (a, m, f) -> encoding(Binary32.fromUInt64(a, m, f))),
                new FromInteger(DOUBLE, Type.W, Binary64::fromInt32),
                new FromInteger(DOUBLE, Type.WU, Binary64::fromUInt32),
                new FromInteger(DOUBLE, Type.L, Binary64::fromInt64),
                new FromInteger(DOUBLE, Type.LU, Binary64::fromUInt64));
    }

    @ParameterizedTest
    @MethodSource("toIntegers")
    void toAnIntegerRoundsThenSaturatesAndSignExtends(ToInteger conversion) {
        Shape shape = conversion.source.shape();
        Operands operands = new Operands(shape, 0x5eed_0003);
        Type type = conversion.type;
        for (int i = 0; i < CASES; i++) {
            int roundingMode = i % 5;
            long a = operands.below(4) == 0 ? operands.next() : aboutInteger(conversion.format, operands);
            Outcome rounded = conversion.source.toInteger(a, type.least(), type.greatest(), roundingMode);
            long register = type.widthBits == 32 ? (int) rounded.bits() : rounded.bits();
            Outcome expected = new Outcome(register, rounded.raised());

            check(expected, conversion.call, a, roundingMode, conversion);
            Call software =
                    (s, m, f) -> SoftConversions.toInteger(conversion.format, s, type.signed, type.widthBits, m, f);
            check(expected, software, a, roundingMode, conversion + " in software");
        }
    }

    @ParameterizedTest
    @MethodSource("fromIntegers")
    void fromAnIntegerRoundsOnce(FromInteger conversion) {
        Operands operands = new Operands(conversion.target.shape(), 0x5eed_0004);
        for (int i = 0; i < CASES; i++) {
            int roundingMode = i % 5;
            long register = operands.integer();
            BigInteger integer = conversion.type.read(register);
            Outcome expected = conversion.target.fromInteger(integer, roundingMode);

            check(expected, conversion.call, register, roundingMode, conversion);
            Format format = conversion.target == SINGLE ? Format.BINARY32 : Format.BINARY64;
            Call software = (_, m, f) -> SoftConversions.fromInteger(
                    format, integer.signum() < 0, integer.abs().longValue(), m, f);
            check(expected, software, register, roundingMode, conversion + " in software");
        }
    }

    @Test
    void narrowingRoundsOnce() {
        Operands doubles = new Operands(Shape.DOUBLE, 0x5eed_0005);
        Operands singles = new Operands(Shape.SINGLE, 0x5eed_0006);
        Call narrow = (s, m, f) -> encoding(Binary32.fromBinary64(s, m, f));
        Call software = (s, m, f) -> SoftConversions.convert(Format.BINARY64, Format.BINARY32, s, m, f);
        for (int i = 0; i < 4 * CASES; i++) {
            int roundingMode = i % 5;
            // Doubles that are close to floats and to the middle between two of them, at both ends of the range too.
            long wide = SoftConversions.convert(
                    Format.BINARY32, Format.BINARY64, singles.next(), Rounding.RNE, new FpFlags());
            long a = doubles.below(3) == 0 ? doubles.next() : wide + (doubles.below(5) - 2) * (1L << doubles.below(31));
            Outcome expected = SINGLE.convert(DOUBLE, a, roundingMode);

            check(expected, narrow, a, roundingMode, "fcvt.s.d");
            check(expected, software, a, roundingMode, "fcvt.s.d in software");
        }
    }

    @Test
    void wideningIsExact() {
        Operands singles = new Operands(Shape.SINGLE, 0x5eed_0007);
        for (int i = 0; i < CASES; i++) {
            int roundingMode = i % 5;
            long a = singles.next();
            Outcome expected = DOUBLE.convert(SINGLE, a, roundingMode);

            check(expected, (s, m, f) -> Binary64.fromBinary32((int) s, m, f), a, roundingMode, "fcvt.d.s");
            Call software = (s, m, f) -> SoftConversions.convert(Format.BINARY32, Format.BINARY64, s, m, f);
            check(expected, software, a, roundingMode, "fcvt.d.s in software");
        }
    }

    /** Unprivileged ISA, "Domains of float-to-integer conversions and behavior for invalid inputs". */
    @Test
    void aNanConvertsToTheGreatestIntegerAndAWordIsSignExtended() {
        FpFlags flags = new FpFlags();
        int nan = Float.floatToRawIntBits(Float.NaN) | 1 << 31;

        assertEquals(0x7fff_ffffL, Binary32.toInt32(nan, Rounding.RTZ, flags));
        assertEquals(-1, Binary32.toUInt32(nan, Rounding.RTZ, flags), "2^32 - 1 with bit 31 copied upwards");
        assertEquals(Long.MAX_VALUE, Binary32.toInt64(nan, Rounding.RTZ, flags));
        assertEquals(-1, Binary32.toUInt64(nan, Rounding.RTZ, flags));
        assertEquals(FpFlags.NV, flags.raised, "invalid, and not inexact");
    }

    /** An integer, as nearly as the format has it, or the half, quarter or eighth of one. */
    private static long aboutInteger(Format format, Operands operands) {
        boolean negative = operands.below(2) == 0;
        long rounded =
                SoftConversions.fromInteger(format, negative, operands.integer(), operands.below(5), new FpFlags());
        return format.isZero(rounded) ? rounded : rounded - operands.below(4) * format.implicitBit();
    }

    private static void check(Outcome expected, Call call, long source, int roundingMode, Object name) {
        FpFlags flags = new FpFlags();
        Outcome actual = new Outcome(call.apply(source, roundingMode, flags), flags.raised);
        if (!expected.equals(actual)) {
            assertEquals(expected, actual, "%s of %016x in rounding mode %d".formatted(name, source, roundingMode));
        }
    }

    private static long encoding(int bits) {
        return Integer.toUnsignedLong(bits);
    }
}
