package dev.retrovisor.testkit.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayResult.Outcome;
import dev.retrovisor.traces.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** A recorder killed with SIGKILL leaves a trace that replays up to its last durable position. */
class KilledRecorderTest {
    private static final long WANTED_STEPS = 1_000_000;
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    @RepeatedTest(3)
    void aKilledRecordersTraceReplaysAsFarAsItGoes() throws IOException, InterruptedException {
        Path trace = folder.resolve("t");
        Process recorder = RecorderProcess.start(folder.resolve("log"), KilledRecorder.class, trace.toString());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (recorder.isAlive() && System.nanoTime() < deadline && durableSteps(trace) < WANTED_STEPS) {
            Thread.sleep(20);
        }
        recorder.destroyForcibly().waitFor();

        ReplayResult replayed = Runs.replay(trace);

        assertEquals(Outcome.END, replayed.outcome(), () -> replayed + "\n" + log());
        assertEquals(Optional.empty(), replayed.recordedEnd(), "nobody wrote an end");
        assertTrue(replayed.position().step() >= WANTED_STEPS, replayed::toString);
        assertTrue(replayed.lightHashes() + replayed.fullHashes() > 0, replayed::toString);
    }

    private static long durableSteps(Path trace) {
        if (!Files.exists(trace.resolve("manifest.json"))) {
            return 0;
        }
        try (var reader = TraceReader.open(trace)) {
            return reader.durableEnd().position().step();
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
