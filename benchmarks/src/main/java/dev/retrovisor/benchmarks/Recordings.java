package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.testkit.debian.DebianRun;
import dev.retrovisor.traces.TraceInfo;
import dev.retrovisor.traces.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Records the Debian guest again and again, in turn with the same run unrecorded, replays each recording several times,
 * and prints what that cost: CPU seconds of the whole process, bytes of log, divergences.
 *
 * <p>Usage: {@code benchmarks/run recordings [RECORDINGS] [REPLAYS]}; 20 and 3 if not given.
 */
public final class Recordings {
    private static final String[] WORKLOADS = {"demo", "load"};
    private static final int[] HARTS = {1, 1, 2, 4};

    private Recordings() {}

    /** CPU seconds of three runs of the same work, and the log's size. */
    private record Cost(double unrecorded, double recorded, double replayed, double bytesPerThousandSteps) {}

    public static void main(String[] arguments) throws IOException {
        int recordings = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        int replays = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        Path folder = Files.createTempDirectory("retrovisor-recordings");
        // The first run compiles the engine: not counted.
        DebianRun.workload("demo", 1, PagingMode.SV39, Optional.empty());
        var costs = new ArrayList<Cost>();
        int divergences = 0;
        System.out.printf(
                "%-5s %5s %10s %12s %12s %12s %8s %10s%n",
                "work", "harts", "M steps", "plain CPU s", "record CPU s", "replay CPU s", "log B", "B/k steps");
        for (int i = 0; i < recordings; i++) {
            String workload = WORKLOADS[i % WORKLOADS.length];
            int harts = HARTS[i % HARTS.length];
            Path trace = folder.resolve("run" + i + ".trace");
            double start = cpuSeconds();
            DebianRun.workload(workload, harts, PagingMode.SV48, Optional.empty());
            double plain = cpuSeconds() - start;
            start = cpuSeconds();
            DebianRun recorded = DebianRun.workload(workload, harts, PagingMode.SV48, Optional.of(trace));
            double record = cpuSeconds() - start;
            start = cpuSeconds();
            for (int k = 0; k < replays; k++) {
                ReplayResult replayed = DebianRun.replay(trace);
                if (replayed.divergence().isPresent()) {
                    divergences++;
                    System.out.println(replayed.divergence().get().report());
                }
            }
            double replay = (cpuSeconds() - start) / replays;
            long logBytes = logBytes(trace);
            double perThousand = logBytes * 1000.0 / recorded.result().steps();
            costs.add(new Cost(plain, record, replay, perThousand));
            System.out.printf(
                    "%-5s %5d %10.1f %12.2f %12.2f %12.2f %8d %10.4f%n",
                    workload, harts, recorded.result().steps() / 1e6, plain, record, replay, logBytes, perThousand);
            delete(trace);
        }
        Files.delete(folder);
        summary(costs, recordings, replays, divergences);
    }

    private static void summary(List<Cost> costs, int recordings, int replays, int divergences) {
        System.out.printf("%d recordings, %d replays each: %d divergences%n", recordings, replays, divergences);
        System.out.printf(
                "median of record / plain: %.3f; of replay / record: %.3f; of log bytes per 1,000 steps: %.4f%n",
                median(costs.stream()
                        .mapToDouble(c -> c.recorded / c.unrecorded)
                        .toArray()),
                median(costs.stream().mapToDouble(c -> c.replayed / c.recorded).toArray()),
                median(costs.stream().mapToDouble(Cost::bytesPerThousandSteps).toArray()));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static long logBytes(Path trace) {
        try (TraceReader reader = TraceReader.open(trace)) {
            TraceInfo info = TraceInfo.of(reader);
            return info.sizes().inputsBytes() + info.sizes().eventsBytes();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
