package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** The breakpoints and watchpoints that gdb has set, and what they are in the machine. */
final class Breakpoints {
    private static final int MOST = 4096;
    private static final int MOST_WATCHED_BYTES = 1 << 16;

    private final HartCondition condition;
    private final Map<Breakpoint, List<Trigger>> set = new LinkedHashMap<>();

    /** @param condition of the hart that comes to a breakpoint */
    Breakpoints(HartCondition condition) {
        this.condition = condition;
    }

    /** @param translate a virtual address to a physical one in RAM; what is negative is none */
    void insert(Breakpoint breakpoint, LongUnaryOperator translate) {
        if (set.size() >= MOST) {
            throw new GdbError("more than %d breakpoints".formatted(MOST));
        }
        set.put(breakpoint, breakpoint.isWatchpoint() ? watched(breakpoint, translate) : List.of(reached(breakpoint)));
    }

    private Trigger reached(Breakpoint breakpoint) {
        return Triggers.pc(breakpoint.address(), hit -> condition.holds(hit.hart()));
    }

    /** What lies in several pages may lie anywhere in memory. */
    private static List<Trigger> watched(Breakpoint breakpoint, LongUnaryOperator translate) {
        if (breakpoint.lengthBytes() < 1 || breakpoint.lengthBytes() > MOST_WATCHED_BYTES) {
            throw new GdbError("%d bytes can't be watched".formatted(breakpoint.lengthBytes()));
        }
        List<Trigger> triggers = new ArrayList<>();
        for (int done = 0; done < breakpoint.lengthBytes(); ) {
            long virtual = breakpoint.address() + done;
            int inPage =
                    Math.min(breakpoint.lengthBytes() - done, Ram.PAGE_BYTES - (int) (virtual & Ram.PAGE_BYTES - 1));
            long physical = translate.applyAsLong(virtual);
            if (physical < 0) {
                throw new GdbError("no memory is at 0x%x here: go where it is, and watch it there".formatted(virtual));
            }
            triggers.add(Triggers.memory(physical, inPage, accesses(breakpoint.kind()), _ -> true));
            done += inPage;
        }
        return triggers;
    }

    /** A write of the same value changes nothing, and gdb does not want to know of it. */
    private static Triggers.AccessKind accesses(Breakpoint.Kind kind) {
        return switch (kind) {
            case WRITE, SOFTWARE, HARDWARE -> Triggers.AccessKind.CHANGE;
            case READ -> Triggers.AccessKind.READ;
            case ACCESS -> Triggers.AccessKind.ACCESS;
        };
    }

    void remove(Breakpoint breakpoint) {
        set.keySet()
                .removeIf(each -> each.kind() == breakpoint.kind()
                        && each.address() == breakpoint.address()
                        && (each.lengthBytes() == breakpoint.lengthBytes() || !each.isWatchpoint()));
    }

    void removeAll() {
        set.clear();
    }

    List<Trigger> triggers() {
        return set.values().stream().flatMap(List::stream).toList();
    }

    /** The breakpoint that a trigger is of. */
    Optional<Breakpoint> of(Trigger trigger) {
        return set.entrySet().stream()
                .filter(each -> each.getValue().contains(trigger))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    boolean watchesAnything() {
        return set.keySet().stream().anyMatch(Breakpoint::isWatchpoint);
    }

    /** Notes, while it is open, which watchpoints the machine meets, without a stop. */
    Noting noting(Machine machine) {
        return new Noting(machine);
    }

    /** See {@link #noting}. */
    final class Noting implements AutoCloseable {
        private final List<Trigger.Armed> armed = new ArrayList<>();
        private Breakpoint met;

        private Noting(Machine machine) {
            set.forEach((breakpoint, triggers) -> {
                if (breakpoint.isWatchpoint()) {
                    var finder = new StepFinder(_ -> {
                        met = breakpoint;
                        return Verdict.GO_ON;
                    });
                    triggers.forEach(trigger -> armed.add(trigger.arm(machine, finder)));
                }
            });
        }

        Optional<Breakpoint> met() {
            return Optional.ofNullable(met);
        }

        @Override
        public void close() {
            armed.forEach(Trigger.Armed::remove);
        }
    }
}
