package dev.retrovisor.benchmarks;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What was measured, beside what is asked for; null where something was not measured. Seconds are CPU seconds of the
 * whole process, speeds are the other's seconds divided by ours.
 *
 * @param faults what must be mended before the figures mean anything
 */
record Report(
        String date,
        String host,
        String engine,
        int runs,
        int icountRuns,
        List<WorkloadRow> workloads,
        List<GroupRow> groups,
        List<LimitRow> limits,
        List<Recordings.Cost> recordings,
        List<String> faults) {

    /** The boot, less what a JVM costs before its program begins. */
    private static final String NET_BOOT = "boot, net";

    /** One workload's medians. The seconds of a {@link #NET_BOOT} are less {@link Group#JVM_START_SECONDS}. */
    record WorkloadRow(
            String name,
            String group,
            Double megaSteps,
            Double oursSeconds,
            Double qemuSeconds,
            Double qemuRecordingSeconds,
            Double speed,
            Double speedToRecording) {}

    /** A group's geometric mean and slowest workload, beside its bars; a floor of 0 is none. */
    record GroupRow(
            Group group,
            String title,
            Double speed,
            Double least,
            double bar,
            double floor,
            double stretch,
            Double speedToRecording,
            Double leastToRecording) {}

    /** What must stay below its bar. */
    record LimitRow(Limit limit, String title, double measured, double bar, double stretch, String detail) {}

    static Report of(
            Options options,
            Results results,
            List<Recordings.Cost> recordings,
            List<Recordings.Cost> suite,
            List<LimitRow> looks) {
        List<WorkloadRow> workloads = new ArrayList<>();
        for (String name : results.names()) {
            boolean isBoot = name.equals(Group.BOOT.word());
            // The raw figures of a boot are shown, the net ones judged.
            workloads.add(workload(results, name, name, isBoot ? "" : results.group(name), 0));
            if (isBoot) {
                workloads.add(workload(results, name, NET_BOOT, Group.BOOT.word(), Group.JVM_START_SECONDS));
            }
        }
        workloads.sort(Comparator.comparing(row -> Group.ofWord(row.group()).orElse(Group.BOOT)));
        List<Recordings.Cost> all = new ArrayList<>(recordings);
        all.addAll(suite);
        List<String> faults = new ArrayList<>(results.faults());
        all.stream()
                .filter(cost -> cost.divergences() > 0)
                .forEach(cost -> faults.add("%s on %d harts: %d replays diverged"
                        .formatted(cost.work(), cost.harts(), cost.divergences())));
        return new Report(
                LocalDate.now().toString(),
                describedHost(),
                options.engine().name().toLowerCase(Locale.ROOT),
                options.runs(),
                options.icountRuns(),
                workloads,
                groups(workloads),
                limits(results, all, suite, looks),
                all,
                faults);
    }

    private static String describedHost() {
        String java = "Java " + System.getProperty("java.version");
        int cores = Runtime.getRuntime().availableProcessors();
        return "%s, %d cores, %s, %s".formatted(HostProcess.processorName(), cores, java, Contender.qemuVersion());
    }

    private static WorkloadRow workload(Results results, String sampled, String name, String group, double lessOurs) {
        Map<Contender, Double> seconds = new EnumMap<>(Contender.class);
        for (Contender contender : Contender.values()) {
            results.cpuSeconds(sampled, contender).ifPresent(found -> seconds.put(contender, found));
        }
        seconds.computeIfPresent(Contender.RETROVISOR, (_, found) -> found - lessOurs);
        Double ours = seconds.get(Contender.RETROVISOR);
        Double qemu = seconds.get(Contender.QEMU);
        Double recording = seconds.get(Contender.QEMU_RECORDING);
        OptionalDouble steps = results.median(sampled, Contender.RETROVISOR, Sample::steps);
        return new WorkloadRow(
                name,
                group,
                steps.isPresent() ? steps.getAsDouble() / 1e6 : null,
                ours,
                qemu,
                recording,
                ratio(qemu, ours),
                ratio(recording, ours));
    }

    private static Double ratio(Double other, Double ours) {
        return other == null || ours == null ? null : other / ours;
    }

    private static List<GroupRow> groups(List<WorkloadRow> workloads) {
        List<GroupRow> rows = new ArrayList<>();
        for (Group group : Group.values()) {
            List<WorkloadRow> members = workloads.stream()
                    .filter(row -> row.group().equals(group.word()))
                    .toList();
            double[] speeds = present(members.stream().map(WorkloadRow::speed).toList());
            double[] toRecording =
                    present(members.stream().map(WorkloadRow::speedToRecording).toList());
            if (!members.isEmpty()) {
                rows.add(new GroupRow(
                        group,
                        group.title(),
                        mean(speeds),
                        least(speeds),
                        group.bar(),
                        group.floor(),
                        group.stretch(),
                        mean(toRecording),
                        least(toRecording)));
            }
        }
        return rows;
    }

    private static double[] present(List<Double> values) {
        return values.stream()
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private static Double mean(double[] values) {
        return values.length == 0 ? null : Statistics.geometricMean(values);
    }

    private static Double least(double[] values) {
        return values.length == 0 ? null : Arrays.stream(values).min().getAsDouble();
    }

    private static List<LimitRow> limits(
            Results results, List<Recordings.Cost> recordings, List<Recordings.Cost> suite, List<LimitRow> looks) {
        List<LimitRow> rows = new ArrayList<>(looks);
        if (!recordings.isEmpty()) {
            ToDoubleFunction<Recordings.Cost> recorded = cost -> cost.recordCpuSeconds() / cost.plainCpuSeconds();
            ToDoubleFunction<Recordings.Cost> replayed = cost -> cost.replayWallSeconds() / cost.recordWallSeconds();
            String alone = suite.isEmpty() ? "" : "; the whole suite ";
            String counted = "median of %d recordings%s".formatted(recordings.size(), alone);
            rows.add(limit(Limit.RECORDING, median(recordings, recorded), counted + ratio(suite, recorded)));
            rows.add(limit(Limit.REPLAY, median(recordings, replayed), counted + ratio(suite, replayed)));
        }
        List<Recordings.Cost> logged = suite.isEmpty() ? recordings : suite;
        if (!logged.isEmpty()) {
            rows.add(limit(
                    Limit.LOG,
                    median(logged, Recordings.Cost::bytesPerThousandSteps),
                    suite.isEmpty() ? "demo and load, not the whole suite" : "the whole suite"));
        }
        OptionalDouble ours = results.median(Group.BOOT.word(), Contender.RETROVISOR, Sample::residentKiB);
        OptionalDouble qemu = results.median(Group.BOOT.word(), Contender.QEMU, Sample::residentKiB);
        if (ours.isPresent() && qemu.isPresent()) {
            rows.add(limit(
                    Limit.MEMORY,
                    ours.getAsDouble() / qemu.getAsDouble(),
                    "%.0f MiB, QEMU %.0f MiB".formatted(ours.getAsDouble() / 1024, qemu.getAsDouble() / 1024)));
        }
        return rows;
    }

    /** Of the suite's recording, as text; empty where there is none. */
    private static String ratio(List<Recordings.Cost> suite, ToDoubleFunction<Recordings.Cost> figure) {
        return suite.isEmpty() ? "" : "%.3f".formatted(median(suite, figure));
    }

    private static double median(List<Recordings.Cost> costs, ToDoubleFunction<Recordings.Cost> figure) {
        return Statistics.median(costs.stream().mapToDouble(figure).toArray());
    }

    static LimitRow limit(Limit limit, double measured, String detail) {
        return new LimitRow(limit, limit.title(), measured, limit.bar(), limit.stretch(), detail);
    }
}
