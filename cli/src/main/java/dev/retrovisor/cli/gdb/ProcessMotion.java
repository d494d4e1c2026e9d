package dev.retrovisor.cli.gdb;

import dev.retrovisor.cli.gdb.StopEvent.Reason;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Hit;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import dev.retrovisor.replayer.timeline.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Moves the machine so that one process moves as gdb wants: by instructions of its own, whatever the kernel and others do
 * between them. Its time begins when its program was started, and ends when that ends or becomes another.
 */
final class ProcessMotion {
    private final Mover mover;
    private final HartSteps steps;
    private final ProcessConditions conditions;
    private final Symbols symbols;
    private final Supplier<Optional<GuestProcess>> process;

    /** @param process as it is when asked */
    ProcessMotion(
            Mover mover, ProcessConditions conditions, Symbols symbols, Supplier<Optional<GuestProcess>> process) {
        this.mover = mover;
        this.conditions = conditions;
        this.symbols = symbols;
        this.process = process;
        steps = new HartSteps(mover);
    }

    /** What a run came to, and the hit if there was one. */
    record Outcome(Reason reason, Optional<Hit> hit) {
        static Outcome of(Reason reason) {
            return new Outcome(reason, Optional.empty());
        }
    }

    /** Runs to one of the triggers, for which the reason is that of a step. */
    Outcome run(Direction direction, List<Trigger> triggers, Watcher watcher) {
        Trigger border = border(direction, 0);
        var all = new ArrayList<>(triggers);
        all.add(border);
        Stop stop = mover.run(direction, all, watcher);
        return switch (stop.cause()) {
            case HIT ->
                stop.hit().orElseThrow().trigger() == border
                        ? Outcome.of(atBorder(direction, watcher))
                        : new Outcome(new Reason.Stepped(), stop.hit());
            case CANCELLED -> Outcome.of(new Reason.Interrupted());
            case START -> Outcome.of(atBorder(Direction.BACKWARD, watcher));
            case END -> Outcome.of(mover.timeline().isPresent() ? new Reason.HistoryEnds() : new Reason.Gone());
            case ARRIVED -> Outcome.of(new Reason.Stepped());
        };
    }

    /** In the kernel where a program begins, or where it, or a thread of it, ends. */
    private Trigger border(Direction direction, long task) {
        return switch (direction) {
            case BACKWARD -> beginning();
            case FORWARD -> at(symbols, List.of("do_exit", "begin_new_exec"), conditions.inLastOf(task));
        };
    }

    private Trigger beginning() {
        return at(symbols, List.of("start_thread"), conditions.inKernel(0));
    }

    /** Goes back to where the process's last program was started; false if it never ran one. */
    boolean toBeginning(Watcher watcher) {
        Stop stop = mover.run(Direction.BACKWARD, List.of(beginning()), watcher);
        return stop.cause() == Stop.Cause.HIT && atBorder(Direction.BACKWARD, watcher) instanceof Reason.HistoryBegins;
    }

    private static Trigger at(Symbols symbols, List<String> functions, HartCondition condition) {
        var places = new ArrayList<Trigger>();
        for (String each : functions) {
            symbols.function(each)
                    .ifPresent(symbol -> places.add(Triggers.pc(symbol.address(), hit -> condition.holds(hit.hart()))));
        }
        return new HartTriggers.Any(places);
    }

    /** The program's beginning is where its first instruction is about to be executed. */
    private Reason atBorder(Direction direction, Watcher watcher) {
        if (direction == Direction.FORWARD) {
            return new Reason.HistoryEnds();
        }
        Trigger begins = new HartTriggers.ToUser(conditions.crossing(0));
        Stop stop = mover.run(Direction.FORWARD, List.of(begins), watcher);
        return stop.cause() == Stop.Cause.CANCELLED ? new Reason.Interrupted() : new Reason.HistoryBegins();
    }

    /** Goes on until a thread has executed one more instruction of its own. */
    Reason forward(long thread, Watcher watcher) {
        long task = require(thread).address();
        List<Long> shown = registers(thread);
        OptionalInt hart = userHart(thread);
        while (true) {
            if (hart.isPresent()) {
                Optional<Reason> cut = cutShort(steps.forward(hart.getAsInt(), watcher));
                if (cut.isPresent()) {
                    return cut.get();
                }
                if (userHart(thread).isPresent()) {
                    return new Reason.Stepped();
                }
            }
            Trigger border = border(Direction.FORWARD, task);
            Stop stop = mover.run(
                    Direction.FORWARD, List.of(new HartTriggers.ToUser(conditions.crossing(task)), border), watcher);
            if (stop.cause() != Stop.Cause.HIT) {
                return cutShort(stop).orElseThrow();
            }
            if (stop.hit().orElseThrow().trigger() == border) {
                return new Reason.HistoryEnds();
            }
            // After a fault or an interrupt the same instruction is still to be made.
            if (!registers(thread).equals(shown)) {
                return new Reason.Stepped();
            }
            hart = userHart(thread);
        }
    }

    /** Goes back to before the last instruction of a thread's own. */
    Reason backward(long thread, Watcher watcher) {
        long task = require(thread).address();
        List<Long> shown = registers(thread);
        OptionalInt hart = userHart(thread);
        while (true) {
            if (hart.isPresent()) {
                Optional<Reason> cut = cutShort(steps.backward(hart.getAsInt(), watcher));
                if (cut.isPresent()) {
                    return cut.get();
                }
                if (userHart(thread).isPresent()) {
                    return new Reason.Stepped();
                }
            }
            Trigger border = border(Direction.BACKWARD, task);
            Stop stop = mover.run(
                    Direction.BACKWARD, List.of(new HartTriggers.FromUser(conditions.crossing(task)), border), watcher);
            if (stop.cause() != Stop.Cause.HIT) {
                return stop.cause() == Stop.Cause.CANCELLED
                        ? new Reason.Interrupted()
                        : atBorder(Direction.BACKWARD, watcher);
            }
            if (stop.hit().orElseThrow().trigger() == border) {
                return atBorder(Direction.BACKWARD, watcher);
            }
            if (!registers(thread).equals(shown)) {
                return new Reason.Stepped();
            }
            hart = userHart(thread);
        }
    }

    private Optional<Reason> cutShort(Stop stop) {
        return switch (stop.cause()) {
            case ARRIVED, HIT -> Optional.empty();
            case START -> Optional.of(new Reason.HistoryBegins());
            case END -> Optional.of(mover.timeline().isPresent() ? new Reason.HistoryEnds() : new Reason.Gone());
            case CANCELLED -> Optional.of(new Reason.Interrupted());
        };
    }

    private Task require(long thread) {
        return process.get()
                .flatMap(found -> found.thread(thread))
                .orElseThrow(() -> new GdbError("thread %d is not there at this position".formatted(thread)));
    }

    private OptionalInt userHart(long thread) {
        return process.get()
                .flatMap(found -> found.thread(thread).map(found::userHartOf))
                .orElse(OptionalInt.empty());
    }

    /** What gdb sees of where a thread stands. */
    private List<Long> registers(long thread) {
        var values = new ArrayList<Long>();
        process.get()
                .ifPresent(found -> found.thread(thread)
                        .ifPresent(task -> Register.ofProgram().stream()
                                .filter(each -> each.number() <= Register.PC_NUMBER)
                                .forEach(each ->
                                        values.add(found.register(task, each).orElse(0)))));
        return values;
    }
}
