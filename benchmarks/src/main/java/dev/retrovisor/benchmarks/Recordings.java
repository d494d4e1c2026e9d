package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.testkit.debian.DebianRun;
import dev.retrovisor.traces.TraceInfo;
import dev.retrovisor.traces.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Records a guest again and again, in turn with the same run unrecorded, replays each recording, and says what that
 * cost. All in this process, which is warm by then, on the engine that a recorder and a replayer choose.
 */
final class Recordings {
    private static final String[] WORKLOADS = {"demo", "load"};
    private static final int[] HARTS = {1, 1, 2, 4};
    private static final Duration TIMEOUT = Duration.ofHours(2);

    private final Path folder;
    private final int replays;
    private final HostProcess self = HostProcess.current();

    private boolean isWarm;

    /** @param folder takes the traces, which are removed again */
    Recordings(Path folder, int replays) {
        this.folder = folder;
        this.replays = replays;
    }

    /** Some work, unrecorded, recorded and replayed; CPU seconds are of the whole process. */
    record Cost(
            String work,
            int harts,
            long steps,
            double plainCpuSeconds,
            double recordCpuSeconds,
            double replayCpuSeconds,
            double recordWallSeconds,
            double replayWallSeconds,
            long logBytes,
            int divergences) {
        double bytesPerThousandSteps() {
            return logBytes * 1000.0 / steps;
        }
    }

    /** Runs some work, recorded to a folder if there is one. */
    @FunctionalInterface
    private interface Work {
        DebianRun run(Optional<Path> trace);
    }

    /** The guest's own workloads, with one hart and with more. */
    List<Cost> debian(int recordings) throws IOException {
        warmUp();
        List<Cost> costs = new ArrayList<>();
        for (int i = 0; i < recordings; i++) {
            String workload = WORKLOADS[i % WORKLOADS.length];
            int harts = HARTS[i % HARTS.length];
            costs.add(cost(workload, harts, trace -> DebianRun.workload(workload, harts, PagingMode.SV48, trace)));
        }
        return costs;
    }

    /** The whole suite of workloads, once. */
    Cost suite(BenchGuest guest) throws IOException {
        warmUp();
        BenchGuest.Boot boot = guest.workloads(List.of());
        return cost(
                "suite",
                1,
                trace -> DebianRun.of(boot.kernel(), boot.initrd(), boot.append(), 1, PagingMode.SV57, TIMEOUT, trace));
    }

    /** The first runs compile the engine, the recorder and the replayer: not counted. */
    private void warmUp() throws IOException {
        if (!isWarm) {
            isWarm = true;
            Path trace = folder.resolve("warm-up.trace");
            delete(trace);
            DebianRun.workload("load", 1, PagingMode.SV39, Optional.of(trace));
            DebianRun.replay(trace);
            delete(trace);
        }
    }

    private Cost cost(String name, int harts, Work work) throws IOException {
        Path trace = folder.resolve("benchmark.trace");
        delete(trace);
        double start = cpuSeconds();
        work.run(Optional.empty());
        double plain = cpuSeconds() - start;
        start = cpuSeconds();
        DebianRun recorded = work.run(Optional.of(trace));
        double record = cpuSeconds() - start;
        int divergences = 0;
        double replayWall = 0;
        start = cpuSeconds();
        for (int i = 0; i < replays; i++) {
            ReplayResult replayed = DebianRun.replay(trace);
            replayWall += replayed.wallNanos() / 1e9;
            if (replayed.divergence().isPresent()) {
                divergences++;
                System.err.println(replayed.divergence().get().report());
            }
        }
        double replay = (cpuSeconds() - start) / replays;
        var cost = new Cost(
                name,
                harts,
                recorded.result().steps(),
                plain,
                record,
                replay,
                recorded.result().wallNanos() / 1e9,
                replayWall / replays,
                logBytes(trace),
                divergences);
        System.err.printf(
                "%s on %d harts: recorded / plain %.3f, replayed / recorded %.3f (CPU)%n",
                name, harts, record / plain, replay / record);
        delete(trace);
        return cost;
    }

    private double cpuSeconds() {
        return self.cpuNanos() / 1e9;
    }

    private static long logBytes(Path trace) {
        try (TraceReader reader = TraceReader.open(trace)) {
            TraceInfo info = TraceInfo.of(reader);
            return info.sizes().inputsBytes() + info.sizes().eventsBytes();
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
