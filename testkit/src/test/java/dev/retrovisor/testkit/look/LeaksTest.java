package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.leak.Allocation;
import dev.retrovisor.introspect.leak.Heap;
import dev.retrovisor.introspect.leak.HeapLeaks;
import dev.retrovisor.introspect.leak.KernelLeaks;
import dev.retrovisor.introspect.leak.Leaks;
import dev.retrovisor.introspect.leak.Misuse;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.testkit.debian.DebianRun;
import dev.retrovisor.testkit.debian.HeapGuest;
import dev.retrovisor.testkit.debian.Recording;
import dev.retrovisor.testkit.debian.RootkitGuest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs, and a kernel module, that leak, free twice and use what is freed, and say so. */
final class LeaksTest {
    private static final Pattern FACT = Pattern.compile("(\\w+)=(\\S+)");

    /** What a line {@code @@ heap KIND name=value ...} says, under the process that said it. */
    private record Told(int pid, String kind, Map<String, String> facts) {
        long number(String name) {
            return Long.decode(facts.get(name));
        }
    }

    private static List<Told> told(Recording recording) {
        List<Told> told = new ArrayList<>();
        int pid = 0;
        for (Recording.Line line : recording.lines()) {
            if (line.text().startsWith("@@ heap ")) {
                String[] words = line.text().split(" ");
                Map<String, String> facts = new HashMap<>();
                Matcher matcher = FACT.matcher(line.text());
                while (matcher.find()) {
                    facts.put(matcher.group(1), matcher.group(2));
                }
                if (words[2].equals("begin")) {
                    pid = Integer.parseInt(facts.get("pid"));
                }
                told.add(new Told(pid, words[2], facts));
            }
        }
        return told;
    }

    private static void follow(Path trace, ReplayTarget from, Leaks leaks) {
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.run(from, ReplayListener.SILENT);
            MachineView machine = MachineView.of(replay.machine());
            var kernel = new KernelView(KernelFinder.find(machine), machine);
            try (var watch = new Watch(replay.machine(), kernel, leaks)) {
                leaks.watch(watch);
                var result = replay.run(ReplayTarget.END, ReplayListener.SILENT);
                assertThat(result.divergence())
                        .as("watching heaps changes nothing")
                        .isEmpty();
            }
            assertThat(kernel.damage().notes()).isEmpty();
        }
    }

    @Test
    void everyLeakOfAProgramIsHeldByTheFunctionThatSaysSoAndNothingElseOfIts() {
        Recording recording = HeapGuest.recorded(1, PagingMode.SV39);
        var leaks = new HeapLeaks(true);

        follow(recording.trace(), new ReplayTarget.Step(0), leaks);

        for (int pid : new TreeSet<>(told(recording).stream().map(Told::pid).toList())) {
            Heap heap = leaks.heaps().stream()
                    .filter(each -> each.pid() == pid)
                    .findFirst()
                    .orElseThrow();
            Set<String> expected = new TreeSet<>();
            told(recording).stream()
                    .filter(each -> each.pid == pid && each.kind.equals("live"))
                    .forEach(each -> expected.add("%s 0x%x %d"
                            .formatted(each.facts.get("site"), each.number("address"), each.number("size"))));
            Set<String> found = new TreeSet<>();
            for (Allocation each : heap.ledger().live()) {
                function(each.stack(), "leak_")
                        .ifPresent(site -> found.add("%s 0x%x %d".formatted(site, each.pointer(), each.sizeBytes())));
                assertThat(function(each.stack(), "good"))
                        .as("all of good() is freed")
                        .isEmpty();
            }
            assertThat(expected).hasSizeGreaterThan(10);
            assertThat(found).isEqualTo(expected);
            assertThat(heap.hasExited()).isTrue();
        }
        assertThat(described(leaks.misuses())).containsExactlyInAnyOrderElementsOf(expectedMisuses(recording));
    }

    /** Children of the program free twice: their lines are among their parent's, and the pid is not looked at. */
    private static List<String> expectedMisuses(Recording recording) {
        List<String> expected = new ArrayList<>();
        for (Told each : told(recording)) {
            if (each.kind.equals("stale")) {
                expected.add("%s 0x%x+%d %s %s %s"
                        .formatted(
                                each.facts.get("kind").toUpperCase(Locale.ROOT) + "_AFTER_FREE",
                                each.number("address"),
                                each.number("offset"),
                                each.facts.get("allocated"),
                                each.facts.get("freed"),
                                each.facts.get("used")));
            } else if (each.kind.equals("double")) {
                expected.add("DOUBLE_FREE 0x%x+0 %s %s %s"
                        .formatted(
                                each.number("address"),
                                each.facts.get("allocated"),
                                each.facts.get("first"),
                                each.facts.get("second")));
            }
        }
        return expected;
    }

    private static List<String> described(List<Misuse> misuses) {
        return misuses.stream()
                .map(misuse -> "%s 0x%x+%d %s %s %s"
                        .formatted(
                                misuse.kind(),
                                misuse.allocation().pointer(),
                                misuse.address() - misuse.allocation().pointer(),
                                innermost(misuse.allocation().stack()),
                                innermost(misuse.freedBy()),
                                innermost(misuse.usedBy())))
                .toList();
    }

    private static String innermost(CallStack stack) {
        return stack.frames().getFirst().symbol();
    }

    private static Optional<String> function(CallStack stack, String prefix) {
        return stack.frames().stream()
                .map(frame -> frame.symbol())
                .filter(symbol -> symbol.startsWith(prefix))
                .findFirst();
    }

    @Test
    void whatAModuleLeaksUsesAndFreesTwiceIsFoundAndNothingOfTheKernels(@TempDir Path folder) {
        Recording recording = RootkitGuest.recorded(facts(folder), 1, PagingMode.SV39);
        var leaks = new KernelLeaks(true);

        follow(recording.trace(), ReplayTarget.parse("boot+0.4s"), leaks);

        assertThat(leaks.misuses()).allSatisfy(misuse -> {
            assertThat(innermost(misuse.allocation().stack())).isEqualTo("allocate");
            assertThat(innermost(misuse.freedBy())).isEqualTo("release");
            assertThat(misuse.usedBy().frames().getFirst().image()).isEqualTo("rootkit");
        });
        assertThat(leaks.misuses().stream().map(Misuse::kind).distinct())
                .containsExactlyInAnyOrder(Misuse.Kind.values());
        assertThat(leaks.heaps().getFirst().ledger().live().stream()
                        .filter(each -> each.sizeBytes() == 3000
                                && innermost(each.stack()).equals("allocate")))
                .hasSize(5);
    }

    private static KernelFacts facts(Path folder) {
        Path trace = folder.resolve("kernel.trace");
        DebianRun.workload("demo", 1, PagingMode.SV39, Optional.of(trace));
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            return KernelFinder.find(MachineView.of(replay.machine()));
        }
    }
}
