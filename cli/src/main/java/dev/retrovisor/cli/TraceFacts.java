package dev.retrovisor.cli;

import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.traces.EndReason;
import dev.retrovisor.traces.EndRecord;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceFamily;
import dev.retrovisor.traces.TraceInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A trace as {@code --format json} prints it. Names and meanings are the schema: raise {@link #SCHEMA_VERSION} when one
 * changes or goes away.
 *
 * @param start from what it goes on; null for power-on
 * @param machineModel replays only on a build with this model
 * @param entries number of entries by kind, in the order of the format's codes
 * @param bytesPerThousandSteps both logs together
 */
record TraceFacts(
        String trace,
        int formatVersion,
        String guest,
        String createdAt,
        Start start,
        Manifest.RecordedBy recordedBy,
        int machineModel,
        Machine machine,
        List<Image> images,
        List<Disk> disks,
        End end,
        Map<String, Long> entries,
        Sizes sizes,
        double bytesPerThousandSteps,
        Chains chains,
        List<Checkpoint> checkpoints) {
    static final int SCHEMA_VERSION = 1;

    record Machine(
            long memoryBytes,
            int harts,
            long quantumSteps,
            String paging,
            boolean hardwareDirtyBits,
            String append,
            List<Nic> nics,
            boolean virtioConsole,
            long diskLatencyNanos) {}

    /** @param parentFolder where the parent is; null if it is not found */
    record Start(
            String parent,
            String parentManifest,
            String parentFolder,
            long step,
            long virtualNanos,
            long inputs,
            long entries,
            String stateHash) {
        static Start of(TraceInfo info) {
            return switch (info.manifest().start()) {
                case Manifest.PowerOn _ -> null;
                case Manifest.Resumed(Manifest.Parent parent, Position at, long inputs, long entries, long hash) ->
                    new Start(
                            Text.visible(parent.name()),
                            parent.manifestSha256(),
                            TraceFamily.parent(info.folder(), parent, List.of())
                                    .map(folder -> Text.visible(folder.toString()))
                                    .orElse(null),
                            at.step(),
                            at.virtualNanos(),
                            inputs,
                            entries,
                            "%016x".formatted(hash));
            };
        }
    }

    record Nic(String mac) {}

    record Image(String role, String sha256, long sizeBytes) {}

    record Disk(String pathHint, String sha256, long sizeBytes, boolean readOnly, String serial) {}

    /** @param complete whether the recording was ended in order; if not, there is neither reason nor detail */
    record End(boolean complete, String reason, String detail, long steps, long virtualNanos) {}

    record Sizes(
            long manifestBytes,
            long inputsBytes,
            long eventsBytes,
            long imagesBytes,
            long checkpointsBytes,
            long totalBytes) {}

    record Chains(String inputs, String events) {}

    record Checkpoint(String name, long step, long virtualNanos, long pages) {}

    static TraceFacts of(TraceInfo info) {
        Manifest manifest = info.manifest();
        var entries = new LinkedHashMap<String, Long>();
        info.entriesByKind().forEach((kind, count) -> entries.put(kind.label(), count));
        End end = end(info);
        return new TraceFacts(
                info.folder().toString(),
                info.formatVersion(),
                Text.visible(manifest.guest()),
                manifest.createdAt().toString(),
                Start.of(info),
                visible(manifest.recordedBy()),
                manifest.machineModel(),
                machine(manifest.config()),
                manifest.images().stream()
                        .map(image -> new Image(word(image.role()), image.sha256(), image.sizeBytes()))
                        .toList(),
                disks(manifest),
                end,
                entries,
                sizes(info.sizes()),
                bytesPerThousandSteps(
                        info.sizes(), end.steps() - manifest.start().position().step()),
                new Chains(info.heads().inputs(), info.heads().events()),
                info.checkpoints().stream()
                        .map(checkpoint -> new Checkpoint(
                                Text.visible(checkpoint.name()),
                                checkpoint.position().step(),
                                checkpoint.position().virtualNanos(),
                                checkpoint.pages()))
                        .toList());
    }

    private static Manifest.RecordedBy visible(Manifest.RecordedBy by) {
        return new Manifest.RecordedBy(Text.visible(by.product()), Text.visible(by.java()), Text.visible(by.system()));
    }

    static double bytesPerThousandSteps(TraceInfo.Sizes sizes, long steps) {
        return steps == 0 ? 0 : 1000.0 * (sizes.inputsBytes() + sizes.eventsBytes()) / steps;
    }

    /** Why a recording ended, in words. */
    static String reason(EndReason reason) {
        return switch (reason) {
            case POWER_OFF -> "power off";
            case POWER_OFF_FAILED -> "power off with a failure";
            case RESET -> "reset";
            case STOPPED -> "stopped by the user";
            case LIMIT -> "limit reached";
            case TRACE_FULL -> "no space left for the trace";
            case FAILED -> "the recorder failed";
        };
    }

    private static End end(TraceInfo info) {
        Optional<EndRecord> end = info.end().end();
        if (end.isEmpty()) {
            var last = info.end().position();
            return new End(false, null, null, last.step(), last.virtualNanos());
        }
        EndRecord record = end.get();
        return new End(
                true, reason(record.reason()), Text.visible(record.detail()), record.step(), record.virtualNanos());
    }

    private static Machine machine(MachineConfig config) {
        return new Machine(
                config.memoryBytes(),
                config.harts(),
                config.quantumSteps(),
                word(config.paging()),
                config.hardwareDirtyBits(),
                Text.visible(config.append()),
                config.nics().stream().map(nic -> new Nic(nic.mac())).toList(),
                config.virtioConsole(),
                config.diskLatencyNanos());
    }

    private static List<Disk> disks(Manifest manifest) {
        var disks = new ArrayList<Disk>();
        for (int i = 0; i < manifest.disks().size(); i++) {
            Manifest.Disk disk = manifest.disks().get(i);
            MachineConfig.Drive drive = manifest.config().drives().get(i);
            disks.add(new Disk(
                    Text.visible(disk.pathHint()),
                    disk.sha256(),
                    disk.sizeBytes(),
                    drive.readOnly(),
                    Text.visible(drive.serial())));
        }
        return disks;
    }

    private static Sizes sizes(TraceInfo.Sizes sizes) {
        return new Sizes(
                sizes.manifestBytes(),
                sizes.inputsBytes(),
                sizes.eventsBytes(),
                sizes.imagesBytes(),
                sizes.checkpointsBytes(),
                sizes.totalBytes());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
