package dev.retrovisor.testkit.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.MemoryConsole;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.replayer.Divergence;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayException;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.replayer.ReplayTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replay comes to the states and outputs of the recording, whenever input came. */
class RecordReplayTest {
    private static final int RUNS = 200;

    @TempDir
    Path folder;

    @Test
    void everyRecordingReplaysToTheSameStatesOnAnyEngineWheneverInputCame() {
        EngineChoice[] engines = EngineChoice.values();
        for (int seed = 0; seed < RUNS; seed++) {
            EngineChoice recording = engines[seed % engines.length];
            EngineChoice replaying = engines[seed / engines.length % engines.length];
            Path trace = folder.resolve("run" + seed);
            var console = new MemoryConsole();
            RunResult recorded = Runs.recordTyping(EchoGuest.setup(1 + seed % 3), trace, recording, seed, console);
            assertEquals(StopCause.POWER_OFF, recorded.cause(), "seed " + seed + ": " + recorded);

            var output = new ByteArrayOutputStream();
            ReplayResult replayed = Runs.replay(trace, replaying, output);

            int at = seed;
            assertEquals(
                    Optional.empty(),
                    replayed.divergence().map(Divergence::report),
                    () -> "seed " + at + ": a replay comes to the same states");
            assertEquals(Outcome.END, replayed.outcome());
            assertEquals(recording, recorded.engine());
            assertEquals(replaying, replayed.engine());
            assertEquals(recorded.steps(), replayed.position().step(), "steps");
            assertEquals(recorded.virtualNanos(), replayed.position().virtualNanos(), "virtual time");
            assertEquals(recorded.inputs(), replayed.inputs(), "inputs");
            assertEquals(recorded.deviceEvents(), replayed.deviceEvents(), "device events");
            assertEquals(recorded.restarts(), replayed.restarts(), "restarts");
            assertTrue(replayed.fullHashes() >= 1, "the end is behind a hash of all state");
            assertArrayEquals(console.output(), output.toByteArray(), "output");
        }
    }

    @Test
    void pipedInputIsAllTakenAndItsEndIsNoError() {
        var console = MemoryConsole.of("abc".repeat(500) + "q");

        RunResult result = new LiveMachine(EchoGuest.setup(1), Runs.options(folder.resolve("t")), console).run();

        assertEquals(StopCause.POWER_OFF, result.cause());
        assertEquals(">" + "abc".repeat(500) + "q", new String(console.output(), StandardCharsets.US_ASCII));
    }

    @Test
    void aGuestThatWaitsForInputThatNeverComesEndsTheRunByItself() {
        var options = Runs.options(folder.resolve("t")).withQuietLimit(Duration.ofSeconds(1));

        RunResult result = new LiveMachine(EchoGuest.setup(1), options, MemoryConsole.of("abc")).run();

        assertEquals(StopCause.INPUT_ENDED, result.cause());
        assertEquals(Outcome.END, Runs.replay(folder.resolve("t")).outcome());
    }

    @Test
    void aGuestThatRestartsGoesOnInTheReplayAsItDidLive() {
        var console = new MemoryConsole();
        Thread.ofVirtual().start(() -> {
            for (int starts = 1; starts <= 3; starts++) {
                while (count(console.output(), '>') < starts) {
                    Thread.onSpinWait();
                }
                console.type((starts < 3 ? "some words r" : "q").getBytes(StandardCharsets.US_ASCII));
            }
        });
        RunResult recorded = new LiveMachine(EchoGuest.setup(2), Runs.options(folder.resolve("t")), console).run();

        ReplayResult replayed = Runs.replay(folder.resolve("t"));

        assertEquals(StopCause.POWER_OFF, recorded.cause());
        assertEquals(Outcome.END, replayed.outcome(), replayed::toString);
        assertEquals(recorded.restarts(), replayed.restarts());
        assertEquals(2, recorded.restarts());
    }

    private static long count(byte[] bytes, char wanted) {
        return new String(bytes, StandardCharsets.US_ASCII)
                .chars()
                .filter(c -> c == wanted)
                .count();
    }

    @Test
    void aRestartThatEndsTheRecordingEndsTheReplay() {
        var options = Runs.options(folder.resolve("t")).withNoReboot(true);

        RunResult recorded = new LiveMachine(EchoGuest.setup(1), options, MemoryConsole.of("abr")).run();

        assertEquals(StopCause.RESET, recorded.cause());
        assertEquals(Outcome.END, Runs.replay(folder.resolve("t")).outcome());
    }

    @Test
    void aReplayStopsWhereItIsAskedToAndGoesOnFromThere() {
        RunResult recorded = Runs.record(EchoGuest.setup(1), folder.resolve("t"), "hello q");
        try (Replay replay = Replay.open(folder.resolve("t"), ReplayOptions.standard())) {
            ReplayResult first = replay.run(ReplayTarget.parse("100"), ReplayListener.SILENT);
            assertEquals(Outcome.UNTIL, first.outcome());
            assertEquals(100, first.position().step());

            long half = recorded.virtualNanos() / 2;
            ReplayResult second = replay.run(ReplayTarget.parse("boot+" + half + "ns"), ReplayListener.SILENT);
            assertEquals(Outcome.UNTIL, second.outcome());
            assertEquals(half, second.position().virtualNanos());

            ReplayResult last = replay.run(ReplayTarget.END, ReplayListener.SILENT);
            assertEquals(Outcome.END, last.outcome(), last::toString);
        }
    }

    @Test
    void aLimitOfStepsIsExact() {
        var options = Runs.options(folder.resolve("t")).withMaxSteps(1234);

        RunResult recorded = new LiveMachine(EchoGuest.setup(1), options, new MemoryConsole()).run();

        assertEquals(StopCause.STEP_LIMIT, recorded.cause());
        assertEquals(1234, recorded.steps());
        assertEquals(Outcome.END, Runs.replay(folder.resolve("t")).outcome());
    }

    @Test
    void aDiskIsFoundByItsContentWhereverItLies() throws IOException {
        Path disk = folder.resolve("disk.raw");
        Files.write(disk, new byte[1000]);
        var drive = new MachineConfig.Drive(1024, false, "d");
        Runs.record(EchoGuest.setup(1, List.of(drive), List.of(disk)), folder.resolve("t"), "q");
        assertEquals(Outcome.END, Runs.replay(folder.resolve("t")).outcome());

        Path moved = Files.move(disk, folder.resolve("moved.raw"));
        assertThrows(ReplayException.class, () -> Runs.replay(folder.resolve("t")), "the base image is not there");
        try (Replay replay =
                Replay.open(folder.resolve("t"), ReplayOptions.standard().withDiskBases(List.of(moved)))) {
            assertEquals(
                    Outcome.END,
                    replay.run(ReplayTarget.END, ReplayListener.SILENT).outcome());
        }

        Files.writeString(disk, "x".repeat(1000));
        ReplayException refused = assertThrows(ReplayException.class, () -> Runs.replay(folder.resolve("t")));
        assertTrue(refused.getMessage().contains("SHA-256"), refused.getMessage());
    }
}
