package dev.retrovisor.testkit.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The law of introspection: whoever looks, by whatever means, the guest does what it does. */
final class WatchingTest {
    @TempDir
    private Path folder;

    /** Counts what all streams emit, and keeps a hash of it. */
    private static final class Everything implements MachineObserver {
        private Watch watch;
        private long events;
        private long hash;

        @Override
        public void started(Machine machine) {
            MachineView view = MachineView.of(machine);
            watch = new Watch(machine, new KernelView(KernelFinder.find(view), view), this::take);
            EventStreams.all().forEach(stream -> stream.watch(watch));
        }

        private void take(GuestEvent event) {
            events++;
            String told = event.stream() + event.at().step() + event.type() + event.summary();
            hash = 31 * hash + told.hashCode();
        }

        @Override
        public void stopping(Machine machine) {
            watch.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, SV39", "4, SV48"})
    void aMachineThatIsWatchedDoesWhatOneDoesThatIsNot(int harts, PagingMode paging) {
        Path trace = folder.resolve("watched.trace");
        var live = new Everything();

        DebianRun run = DebianRun.watched("demo", harts, paging, trace, live);
        ReplayResult unwatched = DebianRun.replay(trace);
        var replayed = new Everything();
        ReplayResult watched = replay(trace, replayed);

        assertThat(run.console()).contains("workload demo ended with status 0");
        assertThat(live.events).as("events of all streams").isPositive();
        assertThat(unwatched.divergence())
                .as("recorded with all streams on, replayed with none: every state hash is equal")
                .isEqualTo(Optional.empty());
        assertEquals(ReplayResult.Outcome.END, unwatched.outcome());
        assertThat(unwatched.fullHashes()).isPositive();
        assertThat(watched.divergence())
                .as("replayed with all streams on, and all inspections asked on the way")
                .isEqualTo(Optional.empty());
        assertEquals(ReplayResult.Outcome.END, watched.outcome());
        assertEquals(live.events, replayed.events, "a replay tells what was told live");
        assertEquals(live.hash, replayed.hash, "a replay tells what was told live, in its order");
    }

    /** Replays with all streams on, and asks everything three times on the way. */
    private static ReplayResult replay(Path trace, Everything observer) {
        try (var replay = Replay.open(trace, ReplayOptions.standard())) {
            observer.started(replay.machine());
            for (String position : new String[] {"30%", "70%", "95%"}) {
                replay.run(ReplayTarget.parse(position), ReplayListener.SILENT);
                long before = replay.machine().stateHash();
                Inspections.all().forEach(inspection -> ask(inspection, observer.watch.kernel()));
                assertEquals(before, replay.machine().stateHash(), "inspections at " + position);
            }
            ReplayResult result = replay.run(ReplayTarget.END, ReplayListener.SILENT);
            observer.stopping(replay.machine());
            return result;
        }
    }

    private static void ask(Inspection<?> inspection, KernelView watched) {
        KernelView kernel = watched.on(watched.machine());
        var scope = Inspection.Scope.EVERYTHING.withAddress(Ram.BASE).withImage(new byte[0]);
        try (Stream<? extends Record> rows = inspection.run(kernel, scope)) {
            rows.forEach(row -> assertThat(row).isNotNull());
        }
    }
}
