package dev.retrovisor.testkit.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A live machine stops exactly where it is to be looked at, and answers as its recording does there. */
final class LiveInspectionTest {
    private static final long STEP = 523_456_789;
    private static final long NANOS = 600_000_001;

    @TempDir
    private Path folder;

    /** All that is known at a position. */
    private record Sight(Position position, long stateHash, Map<String, List<String>> answers) {
        static Sight of(Machine machine) {
            MachineView view = MachineView.of(machine);
            var kernel = new KernelView(KernelFinder.find(view), view);
            var scope = Inspection.Scope.EVERYTHING.withAddress(Ram.BASE).withImage(new byte[0]);
            var answers = new LinkedHashMap<String, List<String>>();
            for (Inspection<?> inspection : Inspections.all()) {
                try (var rows = inspection.run(kernel, scope)) {
                    answers.put(inspection.name(), rows.map(String::valueOf).toList());
                }
            }
            return new Sight(new Position(machine.steps(), machine.virtualNanos()), machine.stateHash(), answers);
        }
    }

    /** Looks twice. */
    private static final class Looker implements MachineObserver {
        private Sight atStep;
        private Sight atNanos;

        @Override
        public Appointment appointment() {
            return new Appointment(atStep == null ? STEP : Long.MAX_VALUE, atNanos == null ? NANOS : Long.MAX_VALUE);
        }

        @Override
        public void paused(Machine machine) {
            if (atStep == null && machine.steps() >= STEP) {
                atStep = Sight.of(machine);
            }
            if (atNanos == null && machine.virtualNanos() >= NANOS) {
                atNanos = Sight.of(machine);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, SV39", "4, SV48"})
    void aLiveMachineAnswersAsItsRecordingDoes(int harts, PagingMode paging) {
        Path trace = folder.resolve("looked-at.trace");
        var live = new Looker();

        DebianRun run = DebianRun.watched("demo", harts, paging, trace, live);
        var replayed = new Looker();
        ReplayResult end;
        try (var replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.run(new ReplayTarget.Step(STEP), ReplayListener.SILENT);
            replayed.paused(replay.machine());
            replay.run(new ReplayTarget.VirtualTime(NANOS), ReplayListener.SILENT);
            replayed.paused(replay.machine());
            end = replay.run(ReplayTarget.END, ReplayListener.SILENT);
        }

        assertThat(run.console()).contains("workload demo ended with status 0");
        assertEquals(STEP, live.atStep.position().step(), "to the step");
        assertEquals(NANOS, live.atNanos.position().virtualNanos(), "to the nanosecond");
        assertEquals(replayed.atStep, live.atStep);
        assertEquals(replayed.atNanos, live.atNanos);
        assertThat(live.atStep.answers().get("pslist")).hasSizeGreaterThan(10);
        assertEquals(Optional.empty(), end.divergence(), "every state hash is equal");
        assertEquals(ReplayResult.Outcome.END, end.outcome());
    }
}
