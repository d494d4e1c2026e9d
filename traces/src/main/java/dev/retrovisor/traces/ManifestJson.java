package dev.retrovisor.traces;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;

/** A {@link Manifest} as JSON and back. Field names and their order are the format; a later version reads all earlier ones. */
final class ManifestJson {
    private static final Gson PRETTY =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final String VERSION_FIELD = "traceFormat";
    private static final String POWER_ON = "power-on";

    private ManifestJson() {}

    static byte[] encode(Manifest manifest) {
        var json = new JsonObject();
        json.addProperty(VERSION_FIELD, manifest.format());
        json.addProperty("guest", manifest.guest());
        json.addProperty("createdAt", manifest.createdAt().toString());
        json.add("start", start(manifest.start()));
        var by = new JsonObject();
        by.addProperty("product", manifest.recordedBy().product());
        by.addProperty("java", manifest.recordedBy().java());
        by.addProperty("system", manifest.recordedBy().system());
        json.add("recordedBy", by);
        json.addProperty("machineModel", manifest.machineModel());
        json.add("machine", machine(manifest.config()));
        json.add("images", array(manifest.images(), ManifestJson::image));
        json.add("disks", array(manifest.disks(), ManifestJson::disk));
        return (PRETTY.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** @param file for messages */
    static Manifest decode(Path file, byte[] bytes) {
        JsonFields json = JsonFields.parse(file, bytes);
        long version = json.number(VERSION_FIELD);
        if (version > TraceLayout.VERSION) {
            throw new TraceFormatException("%s: trace format %d, this build reads up to %d: use a newer retrovisor"
                    .formatted(file, version, TraceLayout.VERSION));
        }
        if (version < 1) {
            throw json.bad(VERSION_FIELD, Long.toString(version), "1 to " + TraceLayout.VERSION);
        }
        String guest = json.string("guest");
        Instant createdAt = instant(json, "createdAt");
        Manifest.Start start = start(file, json, version);
        JsonFields by = json.object("recordedBy");
        var recordedBy = new Manifest.RecordedBy(by.string("product"), by.string("java"), by.string("system"));
        by.finish();
        int machineModel = json.smallNumber("machineModel");
        JsonFields machine = json.object("machine");
        List<Manifest.Image> images =
                json.objects("images").stream().map(ManifestJson::image).toList();
        List<Manifest.Disk> disks =
                json.objects("disks").stream().map(ManifestJson::disk).toList();
        json.finish();
        try {
            return new Manifest(
                    (int) version,
                    machineModel,
                    machine(machine),
                    images,
                    disks,
                    guest,
                    recordedBy,
                    createdAt,
                    start);
        } catch (IllegalArgumentException e) {
            throw new TraceFormatException(
                    "%s: found %s, expected a machine that can be".formatted(file, e.getMessage()));
        }
    }

    private static JsonElement start(Manifest.Start start) {
        return switch (start) {
            case Manifest.PowerOn _ -> new JsonPrimitive(POWER_ON);
            case Manifest.Resumed resumed -> {
                var parent = new JsonObject();
                parent.addProperty("manifest", resumed.parent().manifestSha256());
                parent.addProperty("name", resumed.parent().name());
                parent.addProperty("pathHint", resumed.parent().pathHint());
                var json = new JsonObject();
                json.add("parent", parent);
                json.addProperty("step", resumed.position().step());
                json.addProperty("virtualNanos", resumed.position().virtualNanos());
                json.addProperty("inputs", resumed.inputs());
                json.addProperty("entries", resumed.entries());
                json.addProperty("stateHash", HexFormat.of().toHexDigits(resumed.stateHash()));
                yield json;
            }
        };
    }

    private static Manifest.Start start(Path file, JsonFields json, long version) {
        if (version == TraceLayout.VERSION_WITHOUT_BRANCHES || json.isString("start")) {
            if (!json.string("start").equals(POWER_ON)) {
                throw json.bad("start", "'" + json.string("start") + "'", "'" + POWER_ON + "'");
            }
            return Manifest.Start.POWER_ON;
        }
        JsonFields fields = json.object("start");
        JsonFields parent = fields.object("parent");
        try {
            var resumed = new Manifest.Resumed(
                    new Manifest.Parent(parent.string("manifest"), parent.string("name"), parent.string("pathHint")),
                    new Position(fields.number("step"), fields.number("virtualNanos")),
                    fields.number("inputs"),
                    fields.number("entries"),
                    hash(fields, "stateHash"));
            parent.finish();
            return finished(fields, resumed);
        } catch (IllegalArgumentException e) {
            throw new TraceFormatException(
                    "%s: found %s, expected a start that can be".formatted(file, e.getMessage()));
        }
    }

    private static long hash(JsonFields json, String name) {
        String text = json.string(name);
        if (!text.matches("[0-9a-f]{16}")) {
            throw json.bad(name, "'" + text + "'", "a hash of 16 hexadecimal digits");
        }
        return HexFormat.fromHexDigitsToLong(text);
    }

    static JsonObject machine(MachineConfig config) {
        var json = new JsonObject();
        json.addProperty("memoryBytes", config.memoryBytes());
        json.addProperty("harts", config.harts());
        json.addProperty("quantumSteps", config.quantumSteps());
        json.addProperty("paging", JsonFields.nameOf(config.paging()));
        json.addProperty("hardwareDirtyBits", config.hardwareDirtyBits());
        json.addProperty("append", config.append());
        json.add("drives", array(config.drives(), drive -> {
            var one = new JsonObject();
            one.addProperty("sizeBytes", drive.sizeBytes());
            one.addProperty("readOnly", drive.readOnly());
            one.addProperty("serial", drive.serial());
            return one;
        }));
        json.add("nics", array(config.nics(), nic -> {
            var one = new JsonObject();
            one.addProperty("mac", nic.mac());
            return one;
        }));
        json.addProperty("virtioConsole", config.virtioConsole());
        json.addProperty("diskLatencyNanos", config.diskLatencyNanos());
        json.addProperty("bootSeed", HexFormat.of().formatHex(config.bootSeed()));
        return json;
    }

    private static MachineConfig machine(JsonFields json) {
        List<MachineConfig.Drive> drives = json.objects("drives").stream()
                .map(one -> finished(
                        one,
                        new MachineConfig.Drive(one.number("sizeBytes"), one.bool("readOnly"), one.string("serial"))))
                .toList();
        List<MachineConfig.Nic> nics = json.objects("nics").stream()
                .map(one -> finished(one, new MachineConfig.Nic(one.string("mac"))))
                .toList();
        var config = new MachineConfig(
                json.number("memoryBytes"),
                json.smallNumber("harts"),
                json.number("quantumSteps"),
                json.constant("paging", PagingMode.class),
                json.bool("hardwareDirtyBits"),
                json.string("append"),
                drives,
                nics,
                json.bool("virtioConsole"),
                json.number("diskLatencyNanos"),
                HexFormat.of().parseHex(json.string("bootSeed")));
        return finished(json, config);
    }

    private static JsonObject image(Manifest.Image image) {
        var json = new JsonObject();
        json.addProperty("role", JsonFields.nameOf(image.role()));
        json.addProperty("sha256", image.sha256());
        json.addProperty("sizeBytes", image.sizeBytes());
        return json;
    }

    private static Manifest.Image image(JsonFields json) {
        return finished(
                json,
                new Manifest.Image(
                        json.constant("role", Manifest.ImageRole.class),
                        json.string("sha256"),
                        json.number("sizeBytes")));
    }

    private static JsonObject disk(Manifest.Disk disk) {
        var json = new JsonObject();
        json.addProperty("sha256", disk.sha256());
        json.addProperty("sizeBytes", disk.sizeBytes());
        json.addProperty("pathHint", disk.pathHint());
        return json;
    }

    private static Manifest.Disk disk(JsonFields json) {
        return finished(
                json, new Manifest.Disk(json.string("sha256"), json.number("sizeBytes"), json.string("pathHint")));
    }

    private static <T> JsonArray array(List<T> values, Function<T, JsonObject> encode) {
        var array = new JsonArray();
        values.forEach(value -> array.add(encode.apply(value)));
        return array;
    }

    private static <T> T finished(JsonFields json, T value) {
        json.finish();
        return value;
    }

    private static Instant instant(JsonFields json, String name) {
        String text = json.string(name);
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw json.bad(name, "'" + text + "'", "a time as 2026-01-31T23:59:59Z");
        }
    }
}
