package dev.retrovisor.machine.fpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.fpu.Exact.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArithmeticTest {
    private static final int ORACLE_CASES = 30_000;
    private static final int COMPARED_CASES = 150_000;

    static List<Operation> operations() {
        return Operation.all();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void resultsAndFlagsAreThoseOfExactArithmeticRoundedOnce(Operation operation) {
        Operands operands = new Operands(operation.shape(), 0x5eed_0001);
        for (int i = 0; i < ORACLE_CASES; i++) {
            long a = operands.next();
            long b = operands.below(4) == 0 ? operands.near(a) : operands.next();
            int roundingMode = i % 5;
            long c = addend(operation, operands, a, b);
            Outcome expected = operation.expected().of(a, b, c, roundingMode);

            Outcome called = Operation.run(operation.called(), a, b, c, roundingMode, 0);
            if (!expected.equals(called)) {
                assertEquals(expected, called, operation.describe(a, b, c, roundingMode));
            }
            Outcome software = Operation.run(operation.software(), a, b, c, roundingMode, 0);
            if (!expected.equals(software)) {
                assertEquals(expected, software, "in software, " + operation.describe(a, b, c, roundingMode));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theHostsArithmeticIsUsedOnlyWhereItAgreesWithSoftware(Operation operation) {
        Operands operands = new Operands(operation.shape(), 0x5eed_0002);
        for (int i = 0; i < COMPARED_CASES; i++) {
            long a = operands.next();
            long b = operands.below(4) == 0 ? operands.near(a) : operands.next();
            long c = addend(operation, operands, a, b);
            for (int before = 0; before <= FpFlags.NX; before++) {
                Outcome software = Operation.run(operation.software(), a, b, c, Rounding.RNE, before);
                Outcome called = Operation.run(operation.called(), a, b, c, Rounding.RNE, before);
                if (!software.equals(called)) {
                    assertEquals(
                            software, called, operation.describe(a, b, c, Rounding.RNE) + ", NX before: " + before);
                }
            }
        }
    }

    /** Often close to the product, so that the sum cancels, or ties by the addend's or the product's last bits. */
    private static long addend(Operation operation, Operands operands, long a, long b) {
        if (operands.below(3) == 0) {
            return operands.next();
        }
        int multiply = operation.shape() == Exact.Shape.SINGLE ? 2 : 8;
        long product = Operation.all().get(multiply).called().apply(a, b, 0, operands.below(5), new FpFlags());
        return operands.near(product);
    }

    @Test
    void flagsOnlyAccumulate() {
        FpFlags flags = new FpFlags();
        flags.raised = FpFlags.DZ | FpFlags.UF;

        Binary64.add(bits(1), bits(0x1p-60), Rounding.RNE, flags);
        assertEquals(FpFlags.DZ | FpFlags.UF | FpFlags.NX, flags.raised, "an inexact sum adds NX to what was there");

        Binary64.add(bits(1), bits(1), Rounding.RNE, flags);
        assertEquals(FpFlags.DZ | FpFlags.UF | FpFlags.NX, flags.raised, "an exact sum clears nothing");
    }

    /** Unprivileged ISA, "Single-Precision Floating-Point Computational Instructions". */
    @Test
    void infinityTimesZeroIsInvalidEvenWhenAQuietNanIsAdded() {
        FpFlags flags = new FpFlags();
        long nan = bits(Double.NaN) | 0x1234;

        long result = Binary64.fusedMultiplyAdd(bits(Double.POSITIVE_INFINITY), bits(-0.0), nan, Rounding.RNE, flags);

        assertEquals(0x7ff8_0000_0000_0000L, result, "the result is the canonical NaN");
        assertEquals(FpFlags.NV, flags.raised, "inf * 0 + qNaN raises NV");
    }

    /** Unprivileged ISA, "Floating-Point Control and Status Register": tininess is detected after rounding. */
    @Test
    void aResultThatRoundsUpToTheSmallestNormalNumberAtFullPrecisionDoesNotUnderflow() {
        FpFlags flags = new FpFlags();
        // (1 - 2^-54) * 2^-1022: with 53 bits a tie between 1 - 2^-53 and 1, which is even.
        long result = Binary64.fusedMultiplyAdd(
                bits(-0x1p-538), bits(0x1p-538), bits(Double.MIN_NORMAL), Rounding.RNE, flags);

        assertEquals(bits(Double.MIN_NORMAL), result, "rounded to nearest, it is the smallest normal number");
        assertEquals(FpFlags.NX, flags.raised, "with no least exponent it would have rounded there too: not tiny");

        flags.raised = 0;
        // (1 - 2^-53) * 2^-1022 fits 53 bits; only the 52 that a subnormal number has round it to 1.
        result = Binary64.fusedMultiplyAdd(
                bits(-0x1p-537), bits(0x1p-538), bits(Double.MIN_NORMAL), Rounding.RNE, flags);

        assertEquals(bits(Double.MIN_NORMAL), result, "the same number");
        assertEquals(FpFlags.UF | FpFlags.NX, flags.raised, "but tiny after rounding to full precision");
    }

    private static long bits(double x) {
        return Double.doubleToRawLongBits(x);
    }
}
