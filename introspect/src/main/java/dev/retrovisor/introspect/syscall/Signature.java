package dev.retrovisor.introspect.syscall;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How one system call, or one command of one, is written.
 *
 * @param outcome how what it returns is written
 * @param isConditional whether it fits only some calls of this name
 * @param entering which parameters are looked at when the call is made
 * @param leaving which are when it returns
 */
record Signature(
        String name,
        List<Parameter> parameters,
        Outcome outcome,
        boolean isConditional,
        int[] entering,
        int[] leaving) {
    Signature(String name, List<Parameter> parameters, Outcome outcome) {
        this(
                name,
                parameters,
                outcome,
                parameters.stream().anyMatch(each -> each.condition() != Condition.NONE),
                inPhase(parameters, Kind.Phase.ENTRY),
                inPhase(parameters, Kind.Phase.EXIT));
    }

    private static int[] inPhase(List<Parameter> parameters, Kind.Phase phase) {
        return IntStream.range(0, parameters.size())
                .filter(i -> {
                    Kind.Phase its = parameters.get(i).kind().phase();
                    return its == phase || its == Kind.Phase.BOTH;
                })
                .toArray();
    }

    /**
     * A parameter.
     *
     * @param register which of the six it comes in
     * @param isLabelled whether its name is written
     * @param condition what the register has to say for this signature to fit
     */
    record Parameter(String name, int register, boolean isLabelled, Kind kind, Condition condition) {}

    /** What a register has to say: one of several values or bits of a set. */
    record Condition(NameSet names, long[] wanted) {
        static final Condition NONE = new Condition(null, new long[0]);

        boolean holds(long value) {
            for (long each : wanted) {
                if (names.says(value & 0xffff_ffffL, each)) {
                    return true;
                }
            }
            return wanted.length == 0;
        }
    }

    /** How a result is written. */
    sealed interface Outcome {
        record Number() implements Outcome {}

        record Hex() implements Outcome {}

        record Octal() implements Outcome {}

        /** A new file descriptor. */
        record Descriptor() implements Outcome {}

        /** A number whose names are said behind it. */
        record Name(Kind kind) implements Outcome {}

        /** Bits whose names are said behind it. */
        record Flags(Kind kind) implements Outcome {}

        /** It never comes back. */
        record Never() implements Outcome {}
    }

    boolean fits(long[] arguments) {
        if (!isConditional) {
            return true;
        }
        for (Parameter parameter : parameters) {
            if (!parameter.condition().holds(arguments[parameter.register()])) {
                return false;
            }
        }
        return true;
    }

    boolean neverReturns() {
        return outcome instanceof Outcome.Never;
    }
}
