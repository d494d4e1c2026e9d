package dev.retrovisor.testkit.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.TraceFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replay keeps up with a recorder in another process. */
class FollowTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aReplayGoesOnIntoWhatIsRecordedMeanwhileUpToItsEnd(int harts) throws Exception {
        Path trace = folder.resolve("t");
        Process recorder = RecorderProcess.start(
                folder.resolve("log"), FollowedRecorder.class, trace.toString(), Integer.toString(harts));
        awaitTrace(trace, recorder);
        long extensions = 0;
        ReplayResult result;
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.follow();
            assertTrue(replay.trace().isBeingWritten(), "a recorder at work holds the lock");
            do {
                result = run(replay, Long.MAX_VALUE);
                assertEquals(Outcome.END, result.outcome(), result::toString);
                extensions++;
            } while (!replay.isOver() && awaitMore(replay));
        }

        assertTrue(result.recordedEnd().isPresent(), () -> "the recorder wrote an end: " + log());
        assertTrue(extensions > 1, "it came to the end of what there was again and again, " + extensions + " times");
        recorder.waitFor();
        ReplayResult again = Runs.replay(trace);
        assertEquals(again.position(), result.position(), "position");
        assertEquals(again.restarts(), result.restarts(), "restarts");
        assertTrue(result.restarts() > 0, "a restart is followed like all else");
        assertEquals(again.deviceEvents(), result.deviceEvents(), "device events");
        assertEquals(again.fullHashes() + again.lightHashes(), result.fullHashes() + result.lightHashes(), "hashes");
        assertFalse(Files.exists(trace.resolve("recorder.lock")), "a recording that has ended needs no lock");
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void aStopInTheMiddleIsTheMomentThatAReplayOfTheWholeTraceStopsAt() throws Exception {
        Path trace = folder.resolve("t");
        Process recorder = RecorderProcess.start(folder.resolve("log"), FollowedRecorder.class, trace.toString(), "2");
        awaitTrace(trace, recorder);
        long stateHash;
        long step = 40_000;
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.follow();
            while (run(replay, step).outcome() != Outcome.UNTIL) {
                assertTrue(awaitMore(replay), this::log);
            }
            stateHash = replay.machine().stateHash();
        }
        recorder.waitFor();

        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.run(new ReplayTarget.Step(step), ReplayListener.SILENT);
            assertEquals(replay.machine().stateHash(), stateHash, "state at step " + step);
        }
    }

    @Test
    void aRecorderThatDiesLetsGoOfTheLockAndLeavesATraceThatDoesNotGoOn() throws Exception {
        Path trace = folder.resolve("t");
        Process recorder = RecorderProcess.start(folder.resolve("log"), KilledRecorder.class, trace.toString());
        awaitTrace(trace, recorder);
        try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
            replay.follow();
            while (run(replay, 200_000).outcome() != Outcome.UNTIL) {
                assertTrue(awaitMore(replay), this::log);
            }
            recorder.destroyForcibly().waitFor();

            assertFalse(replay.trace().isBeingWritten(), "the kernel lets go of a dead process's lock");
            ReplayResult result = run(replay, Long.MAX_VALUE);
            assertFalse(replay.extend(), "there is no more");
            assertEquals(Outcome.END, result.outcome(), result::toString);
            assertEquals(Optional.empty(), result.recordedEnd(), "nobody wrote an end");
            assertEquals(replay.trace().durableEnd().position(), replay.position());
        }
    }

    private static ReplayResult run(Replay replay, long step) {
        return replay.run(new ReplayTarget.Limit(step, Long.MAX_VALUE), ReplayListener.SILENT);
    }

    private void awaitTrace(Path trace, Process recorder) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!TraceFamily.isTrace(trace)) {
            assertTrue(recorder.isAlive() && System.nanoTime() < deadline, this::log);
            Thread.sleep(5);
        }
    }

    /** Whether there is more, in a while. */
    private static boolean awaitMore(Replay replay) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!replay.extend()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(2);
        }
        return true;
    }
}
