package dev.retrovisor.traces;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads one JSON object strictly: every field that is asked for must be there with its type, and {@link #finish} refuses
 * those that were not asked for.
 */
final class JsonFields {
    private final Path file;
    private final String path;
    private final JsonObject object;
    private final Set<String> taken = new HashSet<>();

    private JsonFields(Path file, String path, JsonElement element) {
        this.file = file;
        this.path = path;
        if (!element.isJsonObject()) {
            throw new TraceFormatException(
                    "%s: %s: found %s, expected an object".formatted(file, path, brief(element)));
        }
        this.object = element.getAsJsonObject();
    }

    static JsonFields parse(Path file, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            var reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = new Gson().getAdapter(JsonElement.class).read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new TraceFormatException(file + ": found more behind the object, expected its end");
            }
            return new JsonFields(file, "$", element);
        } catch (CharacterCodingException e) {
            throw new TraceFormatException(file + ": found bytes that are not UTF-8, expected JSON");
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw new TraceFormatException(
                    "%s: found no JSON (%s), expected an object".formatted(file, e.getMessage()));
        }
    }

    String string(String name) {
        JsonElement element = take(name);
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
            throw bad(name, brief(element), "a string");
        }
        return element.getAsString();
    }

    /** Whether a field is there and is a string. */
    boolean isString(String name) {
        JsonElement element = object.get(name);
        return element != null
                && element.isJsonPrimitive()
                && element.getAsJsonPrimitive().isString();
    }

    long number(String name) {
        JsonElement element = take(name);
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isNumber()) {
            throw bad(name, brief(element), "a number");
        }
        try {
            return Long.parseLong(element.getAsString());
        } catch (NumberFormatException e) {
            throw bad(name, brief(element), "a whole number of 64 bits");
        }
    }

    int smallNumber(String name) {
        long value = number(name);
        if ((int) value != value) {
            throw bad(name, Long.toString(value), "a whole number of 32 bits");
        }
        return (int) value;
    }

    boolean bool(String name) {
        JsonElement element = take(name);
        if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isBoolean()) {
            throw bad(name, brief(element), "true or false");
        }
        return element.getAsBoolean();
    }

    /** A constant by its name in lower case, with '-' for '_'. */
    <E extends Enum<E>> E constant(String name, Class<E> type) {
        String text = string(name);
        for (E value : type.getEnumConstants()) {
            if (nameOf(value).equals(text)) {
                return value;
            }
        }
        throw bad(name, "'" + text + "'", "a name of " + type.getSimpleName());
    }

    static String nameOf(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    JsonFields object(String name) {
        return new JsonFields(file, path + "." + name, take(name));
    }

    List<JsonFields> objects(String name) {
        JsonElement element = take(name);
        if (!element.isJsonArray()) {
            throw bad(name, brief(element), "an array");
        }
        JsonArray array = element.getAsJsonArray();
        List<JsonFields> result = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            result.add(new JsonFields(file, "%s.%s[%d]".formatted(path, name, i), array.get(i)));
        }
        return result;
    }

    /** Refuses fields that nobody asked for. */
    void finish() {
        for (String name : object.keySet()) {
            if (!taken.contains(name)) {
                throw bad(name, "a field that format " + TraceLayout.VERSION + " does not have", "none");
            }
        }
    }

    TraceFormatException bad(String name, String found, String expected) {
        return new TraceFormatException(
                "%s: %s.%s: found %s, expected %s".formatted(file, path, name, found, expected));
    }

    private JsonElement take(String name) {
        JsonElement element = object.get(name);
        if (element == null) {
            throw bad(name, "nothing", "a value");
        }
        taken.add(name);
        return element;
    }

    private static String brief(JsonElement element) {
        String text = element.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
