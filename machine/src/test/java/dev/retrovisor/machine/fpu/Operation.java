package dev.retrovisor.machine.fpu;

import dev.retrovisor.machine.fpu.Exact.Outcome;
import dev.retrovisor.machine.fpu.Exact.Shape;
import java.util.List;

/** An arithmetic operation three times over: as instructions call it, in software, and as the oracle has it. */
record Operation(String name, Shape shape, Call called, Call software, Expectation expected) {
    /** Unused operands are ignored. */
    interface Call {
        long apply(long a, long b, long c, int roundingMode, FpFlags flags);
    }

    interface Expectation {
        Outcome of(long a, long b, long c, int roundingMode);
    }

    private static final Format F = Format.BINARY32;
    private static final Format D = Format.BINARY64;
    private static final Reference SINGLE = new Reference(Shape.SINGLE);
    private static final Reference DOUBLE = new Reference(Shape.DOUBLE);

    // A table: one row an operation.
    static List<Operation> all() {
        return List.of(
                single(
                        "fadd.s",
                        (a, b, _, m, f) -> Binary32.add((int) a, (int) b, m, f),
                        (a, b, _, m, f) -> SoftFloat.add(F, a, b, m, f),
                        (a, b, _, m) -> SINGLE.add(a, b, m)),
                single(
                        "fsub.s",
                        (a, b, _, m, f) -> Binary32.sub((int) a, (int) b, m, f),
                        (a, b, _, m, f) -> SoftFloat.add(F, a, b ^ F.signBit(), m, f),
                        (a, b, _, m) -> SINGLE.sub(a, b, m)),
                single(
                        "fmul.s",
                        (a, b, _, m, f) -> Binary32.mul((int) a, (int) b, m, f),
                        (a, b, _, m, f) -> SoftFloat.multiply(F, a, b, m, f),
                        (a, b, _, m) -> SINGLE.mul(a, b, m)),
                single(
                        "fdiv.s",
                        (a, b, _, m, f) -> Binary32.div((int) a, (int) b, m, f),
                        (a, b, _, m, f) -> SoftFloat.divide(F, a, b, m, f),
                        (a, b, _, m) -> SINGLE.div(a, b, m)),
                single(
                        "fsqrt.s",
                        (a, _, _, m, f) -> Binary32.sqrt((int) a, m, f),
                        (a, _, _, m, f) -> SoftFloat.squareRoot(F, a, m, f),
                        (a, _, _, m) -> SINGLE.sqrt(a, m)),
                single(
                        "fmadd.s",
                        (a, b, c, m, f) -> Binary32.fusedMultiplyAdd((int) a, (int) b, (int) c, m, f),
                        (a, b, c, m, f) -> SoftFloat.multiplyAdd(F, a, b, c, m, f),
                        SINGLE::fusedMultiplyAdd),
                new Operation(
                        "fadd.d",
                        Shape.DOUBLE,
                        (a, b, _, m, f) -> Binary64.add(a, b, m, f),
                        (a, b, _, m, f) -> SoftFloat.add(D, a, b, m, f),
                        (a, b, _, m) -> DOUBLE.add(a, b, m)),
                new Operation(
                        "fsub.d",
                        Shape.DOUBLE,
                        (a, b, _, m, f) -> Binary64.sub(a, b, m, f),
                        (a, b, _, m, f) -> SoftFloat.add(D, a, b ^ D.signBit(), m, f),
                        (a, b, _, m) -> DOUBLE.sub(a, b, m)),
                new Operation(
                        "fmul.d",
                        Shape.DOUBLE,
                        (a, b, _, m, f) -> Binary64.mul(a, b, m, f),
                        (a, b, _, m, f) -> SoftFloat.multiply(D, a, b, m, f),
                        (a, b, _, m) -> DOUBLE.mul(a, b, m)),
                new Operation(
                        "fdiv.d",
                        Shape.DOUBLE,
                        (a, b, _, m, f) -> Binary64.div(a, b, m, f),
                        (a, b, _, m, f) -> SoftFloat.divide(D, a, b, m, f),
                        (a, b, _, m) -> DOUBLE.div(a, b, m)),
                new Operation(
                        "fsqrt.d",
                        Shape.DOUBLE,
                        (a, _, _, m, f) -> Binary64.sqrt(a, m, f),
                        (a, _, _, m, f) -> SoftFloat.squareRoot(D, a, m, f),
                        (a, _, _, m) -> DOUBLE.sqrt(a, m)),
                new Operation(
                        "fmadd.d",
                        Shape.DOUBLE,
                        Binary64::fusedMultiplyAdd,
                        (a, b, c, m, f) -> SoftFloat.multiplyAdd(D, a, b, c, m, f),
                        DOUBLE::fusedMultiplyAdd));
    }

    private static Operation single(String name, Call called, Call software, Expectation expected) {
        Call unsigned = (a, b, c, m, f) -> called.apply(a, b, c, m, f) & 0xffff_ffffL;
        return new Operation(name, Shape.SINGLE, unsigned, software, expected);
    }

    /** A call's outcome when the given exceptions had been raised before. */
    static Outcome run(Call call, long a, long b, long c, int roundingMode, int raisedBefore) {
        FpFlags flags = new FpFlags();
        flags.raised = raisedBefore;
        long bits = call.apply(a, b, c, roundingMode, flags);
        return new Outcome(bits, flags.raised);
    }

    String describe(long a, long b, long c, int roundingMode) {
        return "%s %016x, %016x, %016x in rounding mode %d".formatted(name, a, b, c, roundingMode);
    }

    @Override
    public String toString() {
        return name;
    }
}
