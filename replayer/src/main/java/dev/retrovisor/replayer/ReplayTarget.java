package dev.retrovisor.replayer;

import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceEntry;
import dev.retrovisor.traces.TraceReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in a trace as a person names it; {@link #parse} reads it, a trace says which moment that is. */
public sealed interface ReplayTarget {
    /** The trace's end. */
    ReplayTarget END = new End();

    /** The words that {@link #parse} understands, for help texts. */
    String SYNTAX =
            "a step (12_000_000, 250M), STEP/NANOSECONDS (exact, while the machine waits), end, 50%, boot+2.5s (virtual time; also"
                    + " ms, us, ns, m, h), event:N or checkpoint:NAME";

    /** Where the trace ends. */
    record End() implements ReplayTarget {}

    /** The moment at which the machine has made so many steps. */
    record Step(long step) implements ReplayTarget {}

    /** Exactly this moment: the machine may wait at its step for a while, and inputs may come meanwhile. */
    record At(Position position) implements ReplayTarget {}

    /** A share of all steps that the trace holds. */
    record Percent(BigDecimal percent) implements ReplayTarget {}

    /** The first moment at or behind a virtual time since power-on. */
    record VirtualTime(long nanos) implements ReplayTarget {}

    /** Where a checkpoint of the trace was taken. */
    record Named(String checkpoint) implements ReplayTarget {}

    /** Right behind an entry of the events log, counted from 0. */
    record Event(long entry) implements ReplayTarget {}

    /**
     * A moment at which the machine is to stop.
     *
     * @param step steps
     * @param virtualNanos virtual time
     * @param both whether both must be reached; else the first of the two counts
     */
    record Limit(long step, long virtualNanos, boolean both) {
        /** Reached with the first of the two. */
        public Limit(long step, long virtualNanos) {
            this(step, virtualNanos, false);
        }

        /** Whether a moment is there or behind. */
        public boolean isReached(long atStep, long atNanos) {
            return both
                    ? atStep > step || atStep == step && atNanos >= virtualNanos
                    : atStep >= step || atNanos >= virtualNanos;
        }
    }

    /**
     * Reads one of {@link #SYNTAX}.
     *
     * @throws ReplayException if it is none
     */
    static ReplayTarget parse(String text) {
        return Syntax.parse(text);
    }

    /**
     * What this means in a trace.
     *
     * @throws ReplayException if the trace does not go so far, or begins behind it
     */
    default Limit resolve(TraceReader trace) {
        Position start = trace.manifest().start().position();
        Position end = trace.durableEnd().position();
        Limit limit = limit(trace, start, end);
        if (limit.step() < start.step() || limit.virtualNanos() < start.virtualNanos()) {
            throw new ReplayException("the trace begins at step %,d, boot+%s s, where it goes on from its parent"
                    .formatted(start.step(), Syntax.seconds(start.virtualNanos())));
        }
        return limit;
    }

    private Limit limit(TraceReader trace, Position start, Position end) {
        return switch (this) {
            case End _ -> new Limit(Long.MAX_VALUE, Long.MAX_VALUE);
            // Whoever says 0 means the beginning.
            case Step(long step) when step == 0 -> new Limit(start.step(), Long.MAX_VALUE);
            case Step(long step) -> {
                if (step > end.step()) {
                    throw new ReplayException("step %,d: the trace ends at step %,d".formatted(step, end.step()));
                }
                yield new Limit(step, Long.MAX_VALUE);
            }
            case At(Position at) -> {
                if (at.step() > end.step() || at.virtualNanos() > end.virtualNanos()) {
                    throw new ReplayException("step %,d at %,d ns: the trace ends at step %,d at %,d ns"
                            .formatted(at.step(), at.virtualNanos(), end.step(), end.virtualNanos()));
                }
                yield new Limit(at.step(), at.virtualNanos(), true);
            }
            case Percent(BigDecimal percent) ->
                new Limit(
                        start.step()
                                + percent.multiply(BigDecimal.valueOf(end.step() - start.step()))
                                        .movePointLeft(2)
                                        .setScale(0, RoundingMode.HALF_UP)
                                        .longValueExact(),
                        Long.MAX_VALUE);
            case VirtualTime(long nanos) -> {
                if (nanos > end.virtualNanos()) {
                    throw new ReplayException("boot+%s s: the trace ends at boot+%s s"
                            .formatted(Syntax.seconds(nanos), Syntax.seconds(end.virtualNanos())));
                }
                yield new Limit(Long.MAX_VALUE, nanos);
            }
            case Named(String name) -> {
                try (CheckpointStore store = trace.checkpoints()) {
                    Position at = store.find(name)
                            .orElseThrow(() -> new ReplayException(
                                    "checkpoint:%s: the trace has no such checkpoint".formatted(name)))
                            .position();
                    yield new Limit(at.step(), at.virtualNanos(), true);
                }
            }
            case Event(long entry) -> new Limit(Math.min(stepOf(trace, entry) + 1, end.step()), Long.MAX_VALUE);
        };
    }

    private static long stepOf(TraceReader trace, long entry) {
        long entries = trace.durableEnd().entries();
        if (entry >= entries) {
            throw new ReplayException("event:%,d: the trace has %,d, counted from 0".formatted(entry, entries));
        }
        try (var events = trace.events()) {
            events.skipTo(entry);
            TraceEntry found = events.next();
            return found.step();
        }
    }

    /** The forms of a position. */
    final class Syntax {
        private static final Pattern STEP = Pattern.compile("([0-9][0-9_]*(?:\\.[0-9]+)?)([kKMG]?)");
        private static final Pattern AT = Pattern.compile("([0-9][0-9_]*)/([0-9][0-9_]*)");
        private static final Pattern TIME = Pattern.compile("boot\\+([0-9][0-9_]*(?:\\.[0-9]+)?)(ns|us|ms|s|m|h)");
        private static final Pattern PERCENT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)%");
        private static final Pattern NAMED = Pattern.compile("checkpoint:([A-Za-z0-9._-]+)");
        private static final Pattern EVENT = Pattern.compile("event:([0-9][0-9_]*)");

        private Syntax() {}

        static ReplayTarget parse(String text) {
            try {
                return read(text);
            } catch (ArithmeticException | NumberFormatException e) {
                throw new ReplayException("position '%s' is out of range or no whole number".formatted(text), e);
            }
        }

        private static ReplayTarget read(String text) {
            if (text.equals("end")) {
                return END;
            }
            Matcher step = STEP.matcher(text);
            if (step.matches()) {
                int power = "kMG".indexOf(step.group(2).replace('K', 'k')) + 1;
                return new Step(number(step.group(1))
                        .movePointRight(step.group(2).isEmpty() ? 0 : 3 * power)
                        .longValueExact());
            }
            Matcher at = AT.matcher(text);
            if (at.matches()) {
                return new At(new Position(
                        number(at.group(1)).longValueExact(),
                        number(at.group(2)).longValueExact()));
            }
            Matcher time = TIME.matcher(text);
            if (time.matches()) {
                return new VirtualTime(number(time.group(1))
                        .multiply(BigDecimal.valueOf(nanosOf(time.group(2))))
                        .setScale(0, RoundingMode.UP)
                        .longValueExact());
            }
            Matcher percent = PERCENT.matcher(text);
            if (percent.matches() && number(percent.group(1)).compareTo(BigDecimal.valueOf(100)) <= 0) {
                return new Percent(number(percent.group(1)));
            }
            Matcher named = NAMED.matcher(text);
            if (named.matches()) {
                return new Named(named.group(1));
            }
            Matcher event = EVENT.matcher(text);
            if (event.matches()) {
                return new Event(number(event.group(1)).longValueExact());
            }
            throw new ReplayException("position '%s' is not understood: give %s".formatted(text, SYNTAX));
        }

        private static BigDecimal number(String digits) {
            return new BigDecimal(digits.replace("_", ""));
        }

        private static long nanosOf(String unit) {
            return switch (unit) {
                case "ns" -> 1;
                case "us" -> 1_000;
                case "ms" -> 1_000_000;
                case "s" -> 1_000_000_000;
                case "m" -> 60_000_000_000L;
                case "h" -> 3_600_000_000_000L;
                default -> throw new IllegalArgumentException(unit);
            };
        }

        private static String seconds(long nanos) {
            return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
        }
    }
}
