package dev.retrovisor.testkit.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.MemoryConsole;
import dev.retrovisor.recorder.RunOptions.Pacing;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayException;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.TimelineOptions;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceEntry.StateHash;
import dev.retrovisor.traces.TraceReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A live run may go on from any position of a recording, and is a recording of its own. */
final class BranchTest {
    @TempDir
    Path folder;

    /** Compares hashes of a run with those that another had at the same positions. */
    private static final class Comparison implements MachineObserver {
        private final Deque<StateHash> recorded = new ArrayDeque<>();
        private int compared;

        Comparison(Path trace, Position from) {
            try (var reader = TraceReader.open(trace);
                    var events = reader.events()) {
                for (var entry = events.next(); entry != null; entry = events.next()) {
                    if (entry instanceof StateHash hash && from.isBefore(position(hash))) {
                        recorded.add(hash);
                    }
                }
            }
        }

        private static Position position(StateHash hash) {
            return new Position(hash.step(), hash.virtualNanos());
        }

        @Override
        public Appointment appointment() {
            return recorded.isEmpty()
                    ? Appointment.NONE
                    : new Appointment(recorded.peek().step(), recorded.peek().virtualNanos());
        }

        @Override
        public void paused(Machine machine) {
            var here = new Position(machine.steps(), machine.virtualNanos());
            while (!recorded.isEmpty() && position(recorded.peek()).equals(here)) {
                StateHash hash = recorded.remove();
                long now = hash.kind() == StateHash.Kind.LIGHT ? machine.registerHash() : machine.stateHash();
                assertEquals(hash.hash(), now, "the state at " + here);
                compared++;
            }
        }

        @Override
        public void stopping(Machine machine) {
            paused(machine);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, FAST", "1, 2, PACED", "4, 3, FAST", "4, 4, PACED"})
    void aBranchWithoutChangesAndWithTheSameInputsEqualsItsParent(int harts, long seed, Pacing pacing) {
        Path parent = folder.resolve("parent.trace");
        RunResult recorded =
                Runs.recordTyping(EchoGuest.setup(harts), parent, EngineChoice.TRANSLATOR, seed, new MemoryConsole());
        for (String at : List.of("1", "30%", "60%", "95%")) {
            Path child = folder.resolve("at-" + at.replace("%", "") + ".trace");
            ReplayTarget target = ReplayTarget.parse(at);
            var comparison = new Comparison(parent, position(parent, target));
            RunResult branch = Branches.repeat(
                    parent, target, Runs.options(child).withPacing(pacing), MemoryConsole.of(""), comparison);
            assertEquals(recorded.steps(), branch.steps(), "from " + at);
            assertEquals(recorded.virtualNanos(), branch.virtualNanos(), "from " + at);
            assertEquals(recorded.finalStateHash(), branch.finalStateHash(), "from " + at);
            assertTrue(comparison.compared > 0, "something was compared from " + at);
            assertEquals(List.of(), List.copyOf(comparison.recorded), "all positions were met from " + at);
            assertEquals(Outcome.END, Runs.replay(child).outcome(), "it replays from " + at);
        }
    }

    private static Position position(Path trace, ReplayTarget target) {
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.run(target, ReplayListener.SILENT);
            return replay.position();
        }
    }

    @Test
    void otherKeysAndChangesByHandLeadElsewhereAndReplayOnEveryEngine() {
        Path parent = folder.resolve("parent.trace");
        Runs.record(EchoGuest.setup(1), parent, "abcq");
        Path child = folder.resolve("child.trace");
        var console = MemoryConsole.of("xyq");
        // s8, where it keeps what was typed, points elsewhere; "@" is put there.
        long elsewhere = MemoryMap.RAM + 0x20_0000;
        Branches.leave(
                parent,
                ReplayTarget.parse("50%"),
                Runs.options(child),
                console,
                place -> List.of(
                        new InputEvent.RegisterPoke(
                                place.position().step(),
                                place.position().virtualNanos(),
                                0,
                                new HartRegister.Integer(24),
                                elsewhere + 1),
                        new InputEvent.MemoryPoke(
                                place.position().step(), place.position().virtualNanos(), elsewhere, new byte[] {'@'
                                })));
        assertTrue(new String(console.output(), StandardCharsets.US_ASCII).endsWith("xyq"));
        for (EngineChoice engine : EngineChoice.values()) {
            var output = new ByteArrayOutputStream();
            ReplayResult replayed = Runs.replay(child, engine, output);
            assertEquals(Outcome.END, replayed.outcome(), engine + ": " + replayed.divergence());
            assertEquals(
                    new String(console.output(), StandardCharsets.US_ASCII),
                    output.toString(StandardCharsets.US_ASCII));
        }
        try (Replay replay = Replay.open(child, ReplayOptions.standard())) {
            replay.run(ReplayTarget.END, ReplayListener.SILENT);
            var kept = new byte[1];
            replay.machine().ram().read(elsewhere, kept, 0, kept.length);
            assertEquals("@", new String(kept, StandardCharsets.US_ASCII), "memory was changed");
        }
    }

    @Test
    void aBranchOfABranchReplaysThroughBothAndSaysWhatIsMissing() throws Exception {
        Path parent = folder.resolve("parent.trace");
        Runs.record(EchoGuest.setup(2), parent, "abcdefq");
        Path child = folder.resolve("child.trace");
        Branches.leave(parent, ReplayTarget.parse("50%"), Runs.options(child), MemoryConsole.of("ghq"), _ -> List.of());
        Path grandchild = folder.resolve("grandchild.trace");
        Branches.leave(
                child, ReplayTarget.parse("50%"), Runs.options(grandchild), MemoryConsole.of("iq"), _ -> List.of());
        assertEquals(Outcome.END, Runs.replay(grandchild).outcome());

        Path away = Files.createDirectories(folder.resolve("away"));
        Files.move(parent, away.resolve("renamed.trace"));
        var refusal = assertThrows(ReplayException.class, () -> Runs.replay(grandchild));
        assertTrue(refusal.getMessage().contains("goes on from trace 'parent.trace'"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("--parent"), refusal.getMessage());
        try (Replay replay = Replay.open(grandchild, ReplayOptions.standard().withParents(List.of(away)))) {
            assertEquals(
                    Outcome.END,
                    replay.run(ReplayTarget.END, ReplayListener.SILENT).outcome());
        }
        Runs.record(EchoGuest.setup(2), parent, "q");
        var other = assertThrows(ReplayException.class, () -> Runs.replay(child));
        assertTrue(other.getMessage().contains("another trace is at"), other.getMessage());
    }

    @Test
    void aTimelineGoesToAnyPositionOfABranch() {
        Path parent = folder.resolve("parent.trace");
        Runs.record(EchoGuest.setup(2), parent, "abcdefq");
        Path child = folder.resolve("child.trace");
        Branches.leave(
                parent, ReplayTarget.parse("50%"), Runs.options(child), MemoryConsole.of("ghiq"), _ -> List.of());
        try (Timeline timeline = Timeline.open(child, ReplayOptions.standard(), TimelineOptions.standard())) {
            for (String at : List.of("end", "0", "70%", "20%", "90%", "0", "50%")) {
                timeline.seek(ReplayTarget.parse(at), Watcher.NONE);
                try (Replay replay = Replay.open(child, ReplayOptions.standard())) {
                    replay.run(ReplayTarget.parse(at), ReplayListener.SILENT);
                    assertEquals(replay.position(), timeline.position(), at);
                    assertEquals(
                            replay.machine().stateHash(), timeline.machine().stateHash(), at);
                }
            }
        }
    }

    @Test
    void positionsBeforeTheBranchBelongToItsParent() {
        Path parent = folder.resolve("parent.trace");
        Runs.record(EchoGuest.setup(1), parent, "abcq");
        Path child = folder.resolve("child.trace");
        Branches.leave(parent, ReplayTarget.parse("50%"), Runs.options(child), MemoryConsole.of("q"), _ -> List.of());
        try (Replay replay = Replay.open(child, ReplayOptions.standard())) {
            var refusal = assertThrows(
                    ReplayException.class, () -> replay.run(new ReplayTarget.Step(1), ReplayListener.SILENT));
            assertTrue(refusal.getMessage().startsWith("the trace begins at step"), refusal.getMessage());
        }
    }
}
