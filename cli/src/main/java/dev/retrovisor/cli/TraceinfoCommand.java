package dev.retrovisor.cli;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceInfo;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What a trace is. */
@Command(
        name = "traceinfo",
        description = "Show what a trace is: the machine, the guest, how far it goes, what is in it.",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor traceinfo debian.trace",
            "  retrovisor traceinfo debian.trace --format json | jq .end.steps"
        })
final class TraceinfoCommand implements Callable<Integer> {
    private final Screen screen;

    @Parameters(paramLabel = "TRACE", description = "A trace: a folder that 'record' made.")
    private Path trace;

    @Mixin
    private OutputFormat.Choice format;

    TraceinfoCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        InputFiles.requireTrace(trace);
        TraceFacts facts;
        try (TraceReader reader = TraceReader.open(trace)) {
            facts = TraceFacts.of(TraceInfo.of(reader));
        }
        if (format.isJson()) {
            screen.out().println(Json.of("traceinfo", TraceFacts.SCHEMA_VERSION, facts));
        } else {
            print(facts);
        }
        return ExitCode.GOOD;
    }

    private void print(TraceFacts facts) {
        screen.out().println(screen.bold(facts.trace()) + "  trace format " + facts.formatVersion());
        heading("Machine");
        TraceFacts.Machine machine = facts.machine();
        var lines = new Facts(screen)
                .add("guest", facts.guest())
                .add("model", model(facts.machineModel()))
                .add("memory", Text.bytes(machine.memoryBytes()))
                .add("harts", harts(machine))
                .add("command line", machine.append().isEmpty() ? "(none)" : machine.append());
        lines.add("images", facts.images().stream().map(TraceinfoCommand::image).toList());
        lines.add("disks", disks(facts));
        lines.add(
                "network cards",
                machine.nics().stream().map(TraceFacts.Nic::mac).toList());
        lines.add(
                "recorded",
                facts.createdAt().replaceFirst("\\.[0-9]+", "") + " by "
                        + facts.recordedBy().product());
        lines.add("on", facts.recordedBy().java() + ", " + facts.recordedBy().system());
        lines.print();
        heading("Recording");
        var recording = new Facts(screen);
        if (facts.start() != null) {
            recording.add("goes on from", parent(facts.start()));
            recording.add(
                    "at",
                    Positions.words(
                            new Position(facts.start().step(), facts.start().virtualNanos())));
        }
        recording
                .add("ended", ended(facts.end()))
                .add("steps", Text.count(facts.end().steps()))
                .add("virtual time", Text.duration(facts.end().virtualNanos()))
                .add("log", Text.decimal(facts.bytesPerThousandSteps(), 3) + " bytes for 1,000 steps")
                .print();
        heading("Entries");
        var entries = new Facts(screen);
        facts.entries().forEach((kind, count) -> entries.add(kind, Text.count(count)));
        entries.print();
        heading("On disk");
        TraceFacts.Sizes sizes = facts.sizes();
        new Facts(screen)
                .add("inputs", Text.bytes(sizes.inputsBytes()))
                .add("events", Text.bytes(sizes.eventsBytes()))
                .add("images", Text.bytes(sizes.imagesBytes()))
                .add("checkpoints", checkpoints(facts))
                .add("together", Text.bytes(sizes.totalBytes()))
                .add("inputs' hash", facts.chains().inputs())
                .add("events' hash", facts.chains().events())
                .print();
    }

    private void heading(String text) {
        screen.out().println();
        screen.out().println(screen.bold(text));
    }

    private static String parent(TraceFacts.Start start) {
        String where = start.parentFolder() == null ? "not found; name its folder with --parent" : start.parentFolder();
        return "%s (%s)".formatted(start.parent(), where);
    }

    private static String model(int model) {
        return model == Machine.MODEL
                ? Integer.toString(model)
                : "%d (this build has %d)".formatted(model, Machine.MODEL);
    }

    private static String harts(TraceFacts.Machine machine) {
        String turns = machine.harts() == 1 ? "" : ", turns of " + Text.count(machine.quantumSteps(), "step");
        return "%d (%s, %s)%s"
                .formatted(machine.harts(), machine.paging(), machine.hardwareDirtyBits() ? "svadu" : "svade", turns);
    }

    private static String image(TraceFacts.Image image) {
        return "%s  %s  sha256 %s"
                .formatted(
                        image.role(),
                        Text.bytes(image.sizeBytes()),
                        image.sha256().substring(0, 16));
    }

    private static List<String> disks(TraceFacts facts) {
        var lines = new ArrayList<String>();
        for (TraceFacts.Disk disk : facts.disks()) {
            lines.add("%s  %s%s  sha256 %s"
                    .formatted(
                            disk.pathHint(),
                            Text.bytes(disk.sizeBytes()),
                            disk.readOnly() ? " read-only" : "",
                            disk.sha256().substring(0, 16)));
        }
        return lines;
    }

    private static String checkpoints(TraceFacts facts) {
        return facts.checkpoints().isEmpty()
                ? "none"
                : facts.checkpoints().size() + ", " + Text.bytes(facts.sizes().checkpointsBytes());
    }

    private static String ended(TraceFacts.End end) {
        if (!end.complete()) {
            return "never: its recorder still runs or was killed; what is here is good up to the last flush";
        }
        return end.detail().isEmpty() ? end.reason() : end.reason() + ": " + end.detail();
    }
}
