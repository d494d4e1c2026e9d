package dev.retrovisor.benchmarks;

import java.util.List;

/** A report for people: Markdown tables, which are readable as they stand and go into README.md. */
final class Tables {
    private static final String NOT_MEASURED = "-";

    private final StringBuilder out = new StringBuilder();

    private Tables() {}

    static String of(Report report) {
        var tables = new Tables();
        tables.line(
                "Measured on %s: %s, engine %s; medians of %d runs, of %d where QEMU records.",
                report.date(), report.host(), report.engine(), report.runs(), report.icountRuns());
        if (!report.groups().isEmpty()) {
            tables.groups(report.groups());
        }
        if (!report.limits().isEmpty()) {
            tables.limits(report.limits());
        }
        if (!report.workloads().isEmpty()) {
            tables.workloads(report.workloads());
        }
        if (!report.recordings().isEmpty()) {
            tables.recordings(report.recordings());
        }
        report.faults().forEach(fault -> tables.line("%nFAULT: %s", fault));
        return tables.out.toString();
    }

    private void groups(List<Report.GroupRow> rows) {
        line(
                "%n| %-52s | speed | least | bar | stretch | verdict | QEMU recording: speed | least | bar | verdict |",
                "work, by geometric mean");
        line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Report.GroupRow row : rows) {
            String bar =
                    row.floor() > 0 ? "%s, each %s".formatted(bound(row.bar()), bound(row.floor())) : bound(row.bar());
            line(
                    "| %-52s | %5s | %5s | %s | %s | %s | %s | %s | %s | %s |",
                    row.title(),
                    ratio(row.speed()),
                    ratio(row.least()),
                    bar,
                    bound(row.stretch()),
                    verdict(row),
                    ratio(row.speedToRecording()),
                    ratio(row.leastToRecording()),
                    bound(Group.RECORDING_BAR),
                    recordingVerdict(row));
        }
    }

    private static String verdict(Report.GroupRow row) {
        if (row.speed() == null) {
            return NOT_MEASURED;
        }
        boolean met = row.speed() >= row.bar() && row.least() >= row.floor();
        return verdict(met, met && row.speed() >= row.stretch());
    }

    private static String recordingVerdict(Report.GroupRow row) {
        return row.leastToRecording() == null
                ? NOT_MEASURED
                : verdict(row.leastToRecording() >= Group.RECORDING_BAR, false);
    }

    private static String verdict(boolean met, boolean metStretch) {
        return metStretch ? "stretch" : met ? "met" : "short";
    }

    private void limits(List<Report.LimitRow> rows) {
        line("%n| %-38s | measured | bar | stretch | verdict | |", "at most");
        line("| --- | --- | --- | --- | --- | --- |");
        for (Report.LimitRow row : rows) {
            line(
                    "| %-38s | %8.3f | %s | %s | %s | %s |",
                    row.title(),
                    row.measured(),
                    bound(row.bar()),
                    bound(row.stretch()),
                    verdict(row.measured() <= row.bar(), row.measured() <= row.stretch()),
                    row.detail());
        }
    }

    private void workloads(List<Report.WorkloadRow> rows) {
        line(
                "%n| %-10s | %-8s | M steps | Retrovisor s |  MIPS | QEMU s |  MIPS | speed |"
                        + " QEMU recording s | speed |",
                "workload", "group");
        line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Report.WorkloadRow row : rows) {
            line(
                    "| %-10s | %-8s | %7s | %12s | %5s | %6s | %5s | %5s | %16s | %5s |",
                    row.name(),
                    row.group(),
                    number("%.0f", row.megaSteps()),
                    number("%.2f", row.oursSeconds()),
                    mips(row.megaSteps(), row.oursSeconds()),
                    number("%.2f", row.qemuSeconds()),
                    mips(row.megaSteps(), row.qemuSeconds()),
                    ratio(row.speed()),
                    number("%.2f", row.qemuRecordingSeconds()),
                    ratio(row.speedToRecording()));
        }
    }

    private void recordings(List<Recordings.Cost> rows) {
        line("%n| recorded | harts | M steps | plain CPU s | record CPU s | replay CPU s | record s | replay s"
                + " | log B | B/k steps |");
        line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Recordings.Cost row : rows) {
            line(
                    "| %-8s | %5d | %7.0f | %11.2f | %12.2f | %12.2f | %8.2f | %8.2f | %d | %.4f |",
                    row.work(),
                    row.harts(),
                    row.steps() / 1e6,
                    row.plainCpuSeconds(),
                    row.recordCpuSeconds(),
                    row.replayCpuSeconds(),
                    row.recordWallSeconds(),
                    row.replayWallSeconds(),
                    row.logBytes(),
                    row.bytesPerThousandSteps());
        }
    }

    private static String mips(Double megaSteps, Double seconds) {
        return megaSteps == null || seconds == null ? NOT_MEASURED : number("%.0f", megaSteps / seconds);
    }

    private static String ratio(Double value) {
        return number("%.2f", value);
    }

    private static String number(String format, Double value) {
        return value == null ? NOT_MEASURED : format.formatted(value);
    }

    private static String bound(double value) {
        return Double.toString(value).replaceFirst("\\.0$", "");
    }

    private void line(String format, Object... values) {
        out.append(format.formatted(values)).append('\n');
    }
}
