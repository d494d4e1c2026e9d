package dev.retrovisor.machine;

import dev.retrovisor.machine.Differences.Row;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Privilege;
import dev.retrovisor.machine.isa.Disassembler;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Looks for the first step at which the engines differ, by running both again and again from the last state in which
 * all was the same: half as far, until a step more or less decides.
 *
 * <p>A run that stops inside a block leaves the rest of the block to the interpreter. So the step that is found is the
 * last one of the block at fault, and its fault may lie in an instruction before.
 */
final class DifferenceSearch {
    private static final int SHOWN_STEPS = 32;
    private static final int MOST_NAMED = 4;
    private static final int WIDEST_CELL = 24;

    private final Lockstep.Builder builder;
    private final Snapshot agreed;
    private final long agreedStep;
    private final List<Act> since;

    DifferenceSearch(Lockstep.Builder builder, Snapshot agreed, long agreedStep, List<Act> since) {
        this.builder = builder;
        this.agreed = agreed;
        this.agreedStep = agreedStep;
        this.since = since;
    }

    /**
     * Searches and reports.
     *
     * @param what how it showed
     * @param asFound what differed then
     * @param registersAgreedStep the last step at which harts and time were the same
     * @param foundStep where it showed
     */
    EngineDifference report(String what, List<Row> asFound, long registersAgreedStep, long foundStep) {
        var report = new ArrayList<String>();
        report.add("  found at step %,d: %s".formatted(foundStep, what));
        report.add("  all was the same at step %,d, harts and time still at step %,d"
                .formatted(agreedStep, registersAgreedStep));
        try (var translated = new Rerun(builder, EngineChoice.TRANSLATOR, agreed, since);
                var interpreted = new Rerun(builder, EngineChoice.INTERPRETER, agreed, since)) {
            run(translated, interpreted, foundStep, true);
            if (isSame(translated, interpreted)) {
                report.add("  it does not show again in a run from there: it takes what was translated before, or a");
                report.add("  change from outside");
                addTable(report, asFound);
                return new EngineDifference(headline(asFound, foundStep), report);
            }
            long first = search(translated, interpreted, foundStep);
            run(translated, interpreted, first, first == foundStep);
            var rows = new ArrayList<>(Differences.between(translated.machine(), interpreted.machine()));
            rows.addAll(Differences.between(translated.events(), interpreted.events()));
            report.add("  first at step %,d, %,d ns, when both run there from step %,d; not a step before"
                    .formatted(first, interpreted.machine().virtualNanos(), agreedStep));
            report.add(
                    "  the fault is there or before in the same block: a run that stops inside a block leaves the rest");
            report.add("  of it to the interpreter");
            addTable(report, rows);
            addSteps(report, interpreted, first);
            return new EngineDifference(headline(rows, first), report);
        }
    }

    /** The first step at which the two differ; at {@code foundStep} they do. */
    private long search(Rerun translated, Rerun interpreted, long foundStep) {
        long good = agreedStep;
        long bad = foundStep;
        while (bad - good > 1) {
            long middle = good + (bad - good) / 2;
            run(translated, interpreted, middle, false);
            if (isSame(translated, interpreted)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return bad;
    }

    private static void run(Rerun translated, Rerun interpreted, long step, boolean toEnd) {
        for (Rerun each : List.of(translated, interpreted)) {
            each.restart();
            if (toEnd) {
                each.runToEnd(step);
            } else {
                each.runTo(step);
            }
        }
    }

    private static boolean isSame(Rerun translated, Rerun interpreted) {
        return Differences.isSameTimeAndHarts(translated.machine(), interpreted.machine())
                && Differences.areSame(translated.events(), interpreted.events())
                && translated.machine().stateHash() == interpreted.machine().stateHash();
    }

    private static String headline(List<Row> rows, long step) {
        List<String> names = rows.stream().limit(MOST_NAMED).map(Row::what).toList();
        return "the engines differ at step %,d: %s%s"
                .formatted(step, String.join(", ", names), rows.size() > MOST_NAMED ? ", ..." : "");
    }

    /** What is short as a table, the rest below. */
    private static void addTable(List<String> report, List<Row> rows) {
        report.add("");
        var all = new ArrayList<Row>();
        all.add(new Row("", "translator", "interpreter"));
        rows.stream().filter(DifferenceSearch::isShort).forEach(all::add);
        int what = all.stream().mapToInt(row -> row.what().length()).max().orElse(0);
        int first = all.stream().mapToInt(row -> row.first().length()).max().orElse(0);
        for (Row row : all) {
            report.add(("  %-" + Math.max(1, what) + "s  %-" + first + "s  %s")
                    .formatted(row.what(), row.first(), row.second()));
        }
        rows.stream().filter(row -> !isShort(row)).forEach(row -> {
            report.add("  " + row.what());
            report.add("    translator   " + row.first());
            report.add("    interpreter  " + row.second());
        });
    }

    private static boolean isShort(Row row) {
        return Math.max(row.first().length(), row.second().length()) <= WIDEST_CELL;
    }

    /** What was executed up to a step, one line each. */
    private void addSteps(List<String> report, Rerun interpreted, long last) {
        report.add("");
        report.add("  the last steps, as the interpreter makes them: step, hart, privilege, pc, instruction");
        interpreted.restart();
        interpreted.runTo(Math.max(agreedStep, last - SHOWN_STEPS));
        Machine machine = interpreted.machine();
        while (machine.steps() < last) {
            long step = machine.steps();
            List<Standing> before = standings(machine);
            interpreted.runTo(step + 1);
            if (machine.steps() == step) {
                return; // it is switched off, or waits
            }
            for (int hart = 0; hart < before.size(); hart++) {
                if (machine.hart(hart).get(HartState.STEPS) != before.get(hart).steps()) {
                    report.add("  %,d  %d  %s"
                            .formatted(step + 1, hart, before.get(hart).line(machine.hart(hart))));
                }
            }
        }
    }

    private static List<Standing> standings(Machine machine) {
        var standings = new ArrayList<Standing>();
        for (int hart = 0; hart < machine.hartCount(); hart++) {
            HartState state = machine.hart(hart);
            standings.add(new Standing(
                    state.get(HartState.STEPS),
                    state.get(HartState.TRAPS),
                    state.get(HartState.PRIVILEGE),
                    state.pc(),
                    machine.instructionBits(hart)));
        }
        return standings;
    }

    /** Where a hart stood before a step. */
    private record Standing(long steps, long traps, long privilege, long pc, OptionalInt bits) {
        String line(HartState after) {
            String instruction =
                    bits.isPresent() ? Disassembler.disassemble(bits.getAsInt(), pc) : "(can't be fetched)";
            return "%s  %016x  %s%s".formatted(letter(), pc, instruction, trap(after));
        }

        private String letter() {
            return privilege == Privilege.USER ? "U" : privilege == Privilege.SUPERVISOR ? "S" : "M";
        }

        private String trap(HartState after) {
            if (after.get(HartState.TRAPS) == traps) {
                return "";
            }
            boolean inSupervisor = after.get(HartState.PRIVILEGE) == Privilege.SUPERVISOR;
            return ": trap, cause 0x%x".formatted(after.get(inSupervisor ? HartState.SCAUSE : HartState.MCAUSE));
        }
    }
}
