package dev.retrovisor.cli;

import dev.retrovisor.cli.LeaksFacts.HeapFacts;
import dev.retrovisor.cli.LeaksFacts.HolderFacts;
import dev.retrovisor.cli.LeaksFacts.MisuseFacts;
import dev.retrovisor.cli.LeaksFacts.Place;
import dev.retrovisor.introspect.leak.Growth;
import java.io.PrintStream;
import java.util.List;

/** Prints for people who holds memory, and who misused it. */
final class LeaksReport {
    private static final int GROWTH_WIDTH = 16;
    private static final String LEVELS = "▁▂▃▄▅▆▇█";
    private static final int MOST_HOLDERS = 20;

    private final Screen screen;
    private final PrintStream out;
    private final LeaksFacts facts;

    LeaksReport(Screen screen, LeaksFacts facts) {
        this.screen = screen;
        this.facts = facts;
        out = screen.out();
    }

    void print() {
        for (MisuseFacts misuse : facts.misuses()) {
            print(misuse);
        }
        facts.heaps().stream().filter(heap -> heap.live() > 0).forEach(this::print);
        if (facts.misuses().isEmpty() && facts.heaps().stream().allMatch(heap -> heap.live() == 0)) {
            out.println(nothing());
        }
    }

    private String nothing() {
        return facts.heaps().isEmpty()
                ? "no heap was seen: no program that was asked about has glibc's malloc, and symbols in its file to find it"
                        + " by; --kernel follows the kernel's own"
                : "nothing is held, and nothing was misused: %s seen"
                        .formatted(Text.count(facts.heaps().size(), "heap"));
    }

    private void print(MisuseFacts misuse) {
        String what = switch (misuse.kind()) {
            case "double-free" -> "freed twice";
            case "read-after-free" -> "read after it was freed";
            default -> "written after it was freed";
        };
        String where = misuse.accessBytes() == 0
                ? ""
                : ", %s at offset %s".formatted(Text.count(misuse.accessBytes(), "byte"), Text.count(misuse.offset()));
        out.println("%s: %s at %s%s, by %s (pid %d)"
                .formatted(
                        screen.bad(what),
                        Text.count(misuse.sizeBytes(), "byte"),
                        misuse.pointer(),
                        where,
                        GuestText.shown(misuse.name()),
                        misuse.pid()));
        print("allocated", misuse.allocated());
        print("freed", misuse.freed());
        print(misuse.accessBytes() == 0 ? "freed again" : "used", misuse.used());
        out.println();
    }

    private void print(String label, Place place) {
        out.println("  %s  %s".formatted(pad(label), screen.dim(at(place.at()))));
        place.stack().forEach(frame -> out.println("    " + GuestText.printable(frame)));
    }

    private static String pad(String label) {
        return label + " ".repeat(Math.max(0, 11 - label.length()));
    }

    private static String at(ReplayFacts.At at) {
        return "step %s, boot+%ss".formatted(Text.count(at.step()), Positions.seconds(at.virtualNanos()));
    }

    private void print(HeapFacts heap) {
        out.println(screen.bold("%s %s"
                        .formatted(heap.pid() == 0 ? "" : Integer.toString(heap.pid()), GuestText.shown(heap.name()))
                        .strip())
                + " %s %s in %s%s"
                        .formatted(
                                heap.exited() ? "held" : "holds",
                                Text.bytes(heap.liveBytes()),
                                Text.count(heap.live(), "allocation"),
                                heap.exited() ? " when it ended" : ""));
        heap.holders().stream().limit(MOST_HOLDERS).forEach(this::print);
        if (heap.holders().size() > MOST_HOLDERS) {
            out.println("  and %s more: --format json has all"
                    .formatted(Text.count(heap.holders().size() - MOST_HOLDERS, "call stack")));
        }
        out.println();
    }

    private void print(HolderFacts holder) {
        out.println("  %s in %s of %s by %s  |%s|  %s"
                .formatted(
                        Text.bytes(holder.liveBytes()),
                        Text.count(holder.live()),
                        Text.count(holder.total()),
                        GuestText.printable(holder.function()),
                        growth(holder.growth()),
                        screen.dim(when(holder))));
        holder.stack().forEach(frame -> out.println("    " + GuestText.printable(frame)));
    }

    private static String when(HolderFacts holder) {
        String first = Positions.seconds(holder.first().virtualNanos());
        String last = Positions.seconds(holder.last().virtualNanos());
        return first.equals(last) ? "at boot+%ss".formatted(first) : "boot+%ss to boot+%ss".formatted(first, last);
    }

    /** Bytes held over the stretch that was watched, a character for each part of its time. */
    private String growth(List<Growth.Sample> samples) {
        long start = facts.from().virtualNanos();
        long span = Math.max(1, facts.to().virtualNanos() - start);
        long most = samples.stream().mapToLong(Growth.Sample::bytes).max().orElse(0);
        var line = new StringBuilder();
        for (int i = 0; i < GROWTH_WIDTH; i++) {
            long until = start + (long) (span * ((i + 1.0) / GROWTH_WIDTH));
            long held = samples.stream()
                    .filter(sample -> sample.virtualNanos() <= until)
                    .reduce((_, later) -> later)
                    .map(Growth.Sample::bytes)
                    .orElse(0L);
            line.append(held == 0 ? ' ' : LEVELS.charAt((int) ((LEVELS.length() - 1) * held / most)));
        }
        return line.toString();
    }
}
