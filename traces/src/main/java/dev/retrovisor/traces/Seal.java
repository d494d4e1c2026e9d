package dev.retrovisor.traces;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Written beside a trace that was closed in order: how many blocks each log has and the chain's last values. Without it
 * a log that was cut off at a block's border, or whose middle was zeroed, would look like one whose recorder was killed.
 */
record Seal(long inputBlocks, String inputsHead, long eventBlocks, String eventsHead) {

    /** @param format of the trace */
    byte[] encode(int format) {
        var json = new JsonObject();
        json.addProperty("traceFormat", format);
        json.addProperty("inputBlocks", inputBlocks);
        json.addProperty("inputsHead", inputsHead);
        json.addProperty("eventBlocks", eventBlocks);
        json.addProperty("eventsHead", eventsHead);
        return (new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** @param format of the trace */
    static Seal decode(Path file, byte[] bytes, int format) {
        JsonFields json = JsonFields.parse(file, bytes);
        long version = json.number("traceFormat");
        if (version != format) {
            throw json.bad("traceFormat", Long.toString(version), Integer.toString(format));
        }
        var seal = new Seal(
                json.number("inputBlocks"),
                json.string("inputsHead"),
                json.number("eventBlocks"),
                json.string("eventsHead"));
        json.finish();
        return seal;
    }
}
