package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.process.ProcessEvent;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.testkit.debian.LookGuest;
import dev.retrovisor.testkit.debian.Recording;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stream of processes, beside what a guest's program did in a known order: {@code act.c}. */
final class ProcessStreamTest {
    @ParameterizedTest
    @CsvSource({"1, SV48", "4, SV39"})
    void everyForkExecNameAndExitIsToldOnceWithTheRightNumbers(int harts, PagingMode paging) {
        Recording recording = LookGuest.recorded(harts, paging);
        List<GuestEvent> events = new ArrayList<>();
        try (Replay replay = Replay.open(recording.trace(), ReplayOptions.standard())) {
            replay.run(recording.behind("@@ act begin"), ReplayListener.SILENT);
            MachineView machine = MachineView.of(replay.machine());
            var kernel = new KernelView(KernelFinder.find(machine), machine);
            try (var watch = new Watch(replay.machine(), kernel, events::add)) {
                EventStreams.named("process").orElseThrow().watch(watch);
                ReplayResult result = replay.run(recording.behind("@@ act end"), ReplayListener.SILENT);
                assertThat(result.divergence()).isEmpty();
                assertThat(watch.notes()).isEmpty();
            }
        }
        List<Recording.Line> acts = recording.lines().stream()
                .filter(line -> line.text().startsWith("@@ act ") && line.text().contains("pid="))
                .toList();
        assertThat(acts).hasSize(10);
        int actor = 0;
        for (Recording.Line act : acts) {
            int pid = number(act.text(), "pid");
            ProcessEvent.Forked forked =
                    only(of(events, ProcessEvent.Forked.class).filter(each -> each.childTid() == pid));
            actor = forked.at().pid();
            assertThat(forked.childPid()).isEqualTo(pid);
            ProcessEvent.Exited exited = only(of(events, ProcessEvent.Exited.class)
                    .filter(each -> each.at().pid() == pid && each.isLast()));
            assertThat(act.text().contains("signal") ? exited.signal() : exited.code())
                    .as(act.text())
                    .isEqualTo(number(act.text(), act.text().contains("signal") ? "signal" : "code"));
            only(of(events, ProcessEvent.Reaped.class).filter(each -> each.tid() == pid));
        }
        int executed = pidOf(acts, "executed");
        assertThat(of(events, ProcessEvent.Executed.class)
                        .filter(each -> each.at().pid() == executed))
                .singleElement()
                .satisfies(each -> assertThat(each.path()).isEqualTo("/bin/sh"))
                .satisfies(each -> assertThat(each.arguments()).containsExactly("sh", "-c", "exit $CODE"));
        assertThat(of(events, ProcessEvent.Executed.class)
                        .filter(each -> each.at().pid() == pidOf(acts, "not-executed")))
                .as("a program that is not there is not executed")
                .isEmpty();
        assertThat(of(events, ProcessEvent.Forked.class)
                        .filter(each -> each.childTid() == pidOf(acts, "not-executed"))
                        .map(ProcessEvent.Forked::kind))
                .containsExactly(ProcessEvent.Forked.Kind.VFORK);
        int threaded = pidOf(acts, "threaded");
        assertThat(of(events, ProcessEvent.Forked.class)
                        .filter(each -> each.childPid() == threaded && each.childTid() != threaded)
                        .map(ProcessEvent.Forked::kind))
                .containsExactly(
                        ProcessEvent.Forked.Kind.THREAD,
                        ProcessEvent.Forked.Kind.THREAD,
                        ProcessEvent.Forked.Kind.THREAD);
        assertThat(of(events, ProcessEvent.Renamed.class)
                        .filter(each -> each.pid() == threaded)
                        .map(ProcessEvent.Renamed::newName))
                .containsExactly("act-thread", "act-thread", "act-thread", "act-renamed");
        int parent = actor;
        assertThat(of(events, ProcessEvent.Forked.class)
                        .filter(each -> each.at().pid() == parent))
                .as("nothing else is made by the actor")
                .hasSize(acts.size());
    }

    private static <T> Stream<T> of(List<GuestEvent> events, Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static <T> T only(Stream<T> events) {
        List<T> all = events.toList();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static int pidOf(List<Recording.Line> acts, String what) {
        return acts.stream()
                .filter(line -> line.text().startsWith("@@ act " + what + " "))
                .mapToInt(line -> number(line.text(), "pid"))
                .findFirst()
                .orElseThrow();
    }

    private static int number(String line, String name) {
        return Integer.parseInt(line.replaceFirst(".* " + name + "=([0-9]+).*", "$1"));
    }
}
