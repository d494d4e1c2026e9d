package dev.retrovisor.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.util.Map;

/** Facts for programs: records as JSON objects, with what they are and in which version of that shape. */
final class Json {
    private static final Gson ONE_LINE =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final Gson GSON = ONE_LINE.newBuilder().setPrettyPrinting().create();

    private Json() {}

    /**
     * One object: {@code schema}, {@code schemaVersion} and the record's components.
     *
     * @param schema what it is, {@code retrovisor.} and the command's name
     * @param schemaVersion raised where a component changes its meaning or goes away
     */
    static String of(String schema, int schemaVersion, Record facts) {
        return GuestText.inJson(GSON.toJson(tree(schema, schemaVersion, facts)), false);
    }

    /** The same in one line, for facts that come one after the other. */
    static String line(String schema, int schemaVersion, Record facts) {
        return GuestText.inJson(ONE_LINE.toJson(tree(schema, schemaVersion, facts)), false);
    }

    private static JsonObject tree(String schema, int schemaVersion, Record facts) {
        var json = new JsonObject();
        json.addProperty("schema", "retrovisor." + schema);
        json.addProperty("schemaVersion", schemaVersion);
        for (Map.Entry<String, com.google.gson.JsonElement> field :
                GSON.toJsonTree(facts).getAsJsonObject().entrySet()) {
            json.add(field.getKey(), field.getValue());
        }
        return json;
    }
}
