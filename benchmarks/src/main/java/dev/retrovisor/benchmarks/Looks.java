package dev.retrovisor.benchmarks;

import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.testkit.debian.DebianRun;
import dev.retrovisor.testkit.debian.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What looking into the guest costs: replays of workloads that make nothing but system calls and processes, with streams
 * of events and without in turn, and the time that symbols and a list of processes take. All in this process.
 */
final class Looks {
    private static final List<String> WORKLOADS = List.of("getpid", "pipe", "forkexec");
    private static final Duration TIMEOUT = Duration.ofHours(1);

    private final Path trace;
    private final int rounds;
    private final HostProcess self = HostProcess.current();

    /** What is looked with while a workload is replayed. */
    private enum Mode {
        NOTHING(Optional.empty(), false),
        PROCESS(Optional.of("process"), false),
        SYSCALL(Optional.of("syscall"), false),
        /** Each event put into the words that the command prints, too. */
        SYSCALL_IN_WORDS(Optional.of("syscall"), true);

        private final Optional<String> stream;
        private final boolean inWords;

        Mode(Optional<String> stream, boolean inWords) {
            this.stream = stream;
            this.inWords = inWords;
        }
    }

    /** Takes events as a program would. */
    private static final class Listener {
        private final boolean inWords;
        private long events;
        private long letters;

        Listener(boolean inWords) {
            this.inWords = inWords;
        }

        void take(GuestEvent event) {
            events++;
            letters += inWords ? event.summary().length() : 0;
        }
    }

    /** @param folder takes the trace, which is removed again */
    Looks(Path folder, int rounds) {
        trace = folder.resolve("looks.trace");
        this.rounds = rounds;
    }

    /** The figures beside their bars. */
    List<Report.LimitRow> measure(BenchGuest guest) throws IOException {
        Recordings.delete(trace);
        BenchGuest.Boot boot = guest.workloads(WORKLOADS);
        DebianRun.of(boot.kernel(), boot.initrd(), boot.append(), 1, PagingMode.SV57, TIMEOUT, Optional.of(trace));
        Recording recording = Recording.of(trace);
        Map<Mode, Map<String, List<Double>>> seconds = new LinkedHashMap<>();
        List<Double> discovery = new ArrayList<>();
        List<Double> processList = new ArrayList<>();
        // The first round compiles the engine and the streams: not counted.
        for (int round = 0; round <= rounds; round++) {
            for (Mode mode : Mode.values()) {
                try (Replay replay = Replay.open(trace, ReplayOptions.standard())) {
                    replay.run(recording.behind(begin(WORKLOADS.getFirst())), ReplayListener.SILENT);
                    MachineView machine = MachineView.of(replay.machine());
                    double started = wallSeconds();
                    KernelFacts facts = KernelFinder.find(machine);
                    double found = wallSeconds();
                    var kernel = new KernelView(facts, machine);
                    long processes = Inspections.named("pslist")
                            .orElseThrow()
                            .run(kernel, Inspection.Scope.EVERYTHING)
                            .count();
                    double listed = wallSeconds();
                    if (processes == 0) {
                        throw new IOException("the guest has no processes");
                    }
                    Map<String, Double> costs = replay(replay, kernel, recording, mode);
                    if (round > 0) {
                        discovery.add(found - started);
                        processList.add(listed - found);
                        costs.forEach((workload, cost) -> seconds.computeIfAbsent(mode, _ -> new LinkedHashMap<>())
                                .computeIfAbsent(workload, _ -> new ArrayList<>())
                                .add(cost));
                    }
                }
            }
        }
        Recordings.delete(trace);
        return List.of(
                row(Limit.SYSCALL_STREAM, seconds, Mode.SYSCALL, Optional.of(Mode.SYSCALL_IN_WORDS)),
                row(Limit.PROCESS_STREAM, seconds, Mode.PROCESS, Optional.empty()),
                Report.limit(Limit.DISCOVERY, median(discovery), "median of %d".formatted(discovery.size())),
                Report.limit(Limit.PROCESS_LIST, median(processList), "median of %d".formatted(processList.size())));
    }

    /** CPU seconds of the workloads. */
    private Map<String, Double> replay(Replay replay, KernelView kernel, Recording recording, Mode mode)
            throws IOException {
        Map<String, Double> costs = new LinkedHashMap<>();
        for (String workload : WORKLOADS) {
            replay.run(recording.behind(begin(workload)), ReplayListener.SILENT);
            var listener = new Listener(mode.inWords);
            try (var watch = new Watch(replay.machine(), kernel, listener::take)) {
                mode.stream.ifPresent(
                        name -> EventStreams.named(name).orElseThrow().watch(watch));
                double started = self.cpuNanos() / 1e9;
                boolean differs = replay.run(recording.behind("@@ " + workload + " end"), ReplayListener.SILENT)
                        .divergence()
                        .isPresent();
                costs.put(workload, self.cpuNanos() / 1e9 - started);
                if (differs || mode == Mode.SYSCALL && listener.events == 0) {
                    throw new IOException("%s with %s diverged, or nothing was seen".formatted(workload, mode));
                }
            }
            System.err.printf(
                    "%s with %s: %.2f CPU s, %,d events, %,d letters%n",
                    workload, mode, costs.get(workload), listener.events, listener.letters);
        }
        return costs;
    }

    private static String begin(String workload) {
        return "@@ " + workload + " begin";
    }

    private static double wallSeconds() {
        return System.nanoTime() / 1e9;
    }

    /** All workloads together; each of them in the detail. */
    private static Report.LimitRow row(
            Limit limit, Map<Mode, Map<String, List<Double>>> seconds, Mode mode, Optional<Mode> more) {
        var detail = new ArrayList<String>();
        for (String workload : WORKLOADS) {
            detail.add("%s %.3f".formatted(workload, ratio(seconds, mode, List.of(workload))));
        }
        more.ifPresent(other -> detail.add("all, in words, %.3f".formatted(ratio(seconds, other, WORKLOADS))));
        return Report.limit(limit, ratio(seconds, mode, WORKLOADS), String.join("; ", detail));
    }

    private static double ratio(Map<Mode, Map<String, List<Double>>> seconds, Mode mode, List<String> workloads) {
        double with = 0;
        double without = 0;
        for (String workload : workloads) {
            with += median(seconds.get(mode).get(workload));
            without += median(seconds.get(Mode.NOTHING).get(workload));
        }
        return with / without;
    }

    private static double median(List<Double> values) {
        return Statistics.median(
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
