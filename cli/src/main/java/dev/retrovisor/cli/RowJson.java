package dev.retrovisor.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.retrovisor.introspect.inspect.Column.Style;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Rows as JSON: every component by its name, numbers as they are, addresses and bits as strings in hexadecimal. */
public final class RowJson {
    private static final Gson GSON =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private static final Gson PRETTY = GSON.newBuilder().setPrettyPrinting().create();

    private final boolean ascii;

    /** For a way out: what its characters can't say is escaped. */
    public RowJson(PrintStream to) {
        ascii = !to.charset().equals(StandardCharsets.UTF_8);
    }

    public static JsonObject of(Record row) {
        var json = new JsonObject();
        for (RowShape.Part part : RowShape.of(row.getClass()).parts()) {
            json.add(part.name(), value(part.of(row), part.style()));
        }
        return json;
    }

    public static JsonArray rows(List<? extends Record> rows) {
        var json = new JsonArray();
        rows.forEach(row -> json.add(of(row)));
        return json;
    }

    public static JsonElement value(Object value, Style style) {
        Object plain = CellText.opened(value);
        return switch (plain) {
            case null -> JsonNull.INSTANCE;
            case Boolean yes -> new JsonPrimitive(yes);
            case Number number when style == Style.HEX -> new JsonPrimitive(CellText.hex(number));
            case Number number -> new JsonPrimitive(number);
            case String text -> new JsonPrimitive(text);
            case Record record -> of(record);
            case Enum<?> constant -> new JsonPrimitive(CellText.word(constant));
            case Map<?, ?> map -> {
                var json = new JsonObject();
                map.forEach((key, each) -> json.add(key.toString(), value(each, style)));
                yield json;
            }
            default -> {
                var elements = CellText.elements(plain);
                if (elements == null) {
                    yield new JsonPrimitive(CellText.exact(plain, style));
                }
                var json = new JsonArray();
                elements.forEach(each -> json.add(value(each, style)));
                yield json;
            }
        };
    }

    /** One line, in which nothing but what prints stands. */
    public String line(JsonElement json) {
        return GuestText.inJson(GSON.toJson(json), ascii);
    }

    /** A document in lines. */
    public String document(JsonElement json) {
        return GuestText.inJson(PRETTY.toJson(json), ascii);
    }
}
