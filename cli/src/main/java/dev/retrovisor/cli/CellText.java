package dev.retrovisor.cli;

import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.inspect.Column.Style;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Values of rows as text, harmless whatever the guest wrote. */
public final class CellText {
    /** What stands in a table where there is nothing. */
    public static final String NOTHING = "-";

    private CellText() {}

    /** The pieces of a cell for people, between which a line may break; never none. */
    public static List<String> pieces(Object value, Style style) {
        Object plain = opened(value);
        List<?> elements = elements(plain);
        if (elements == null) {
            return List.of(people(plain, style));
        }
        if (elements.isEmpty()) {
            return List.of(NOTHING);
        }
        var pieces = new ArrayList<String>();
        for (int i = 0; i < elements.size(); i++) {
            boolean isWord = elements.get(i) instanceof String;
            String piece = isWord ? word((String) elements.get(i)) : people(elements.get(i), style);
            pieces.add(piece + (i < elements.size() - 1 && !isWord ? "," : ""));
        }
        return pieces;
    }

    /** One of several texts: in quotes where it would look like several, or like none. */
    private static String word(String text) {
        String shown = GuestText.shown(text);
        return text.isEmpty() || text.indexOf(' ') >= 0 ? '"' + shown + '"' : shown;
    }

    private static String people(Object value, Style style) {
        Object plain = opened(value);
        return switch (plain) {
            case null -> NOTHING;
            case Boolean yes -> yes ? "yes" : "no";
            case Number number -> number(number, style);
            case String text when text.isEmpty() -> NOTHING;
            case Record record -> fields(record);
            default -> {
                List<?> elements = elements(plain);
                yield elements == null ? exact(plain, style) : String.join(" ", pieces(elements, style));
            }
        };
    }

    private static String fields(Record record) {
        var fields = new ArrayList<String>();
        for (RowShape.Part part : RowShape.of(record.getClass()).parts()) {
            fields.add(part.name() + "=" + String.join(" ", pieces(part.of(record), part.style())));
        }
        return String.join(" ", fields);
    }

    private static String number(Number number, Style style) {
        return switch (style) {
            case PLAIN ->
                number instanceof Double || number instanceof Float
                        ? Text.decimal(number.doubleValue(), 3)
                        : number.toString();
            case HEX -> hex(number);
            case BYTES -> Text.bytes(number.longValue());
            case NANOS -> Positions.seconds(number.longValue()) + "s";
            case OCTAL -> "0" + Long.toOctalString(number.longValue());
        };
    }

    /** {@code 0xffffffff80001234}: as many bits as the value has. */
    public static String hex(Number number) {
        return "0x"
                + switch (number) {
                    case Integer word -> Integer.toHexString(word);
                    case Short half -> Integer.toHexString(half & 0xffff);
                    case Byte one -> Integer.toHexString(one & 0xff);
                    default -> Long.toHexString(number.longValue());
                };
    }

    /** One value for programs: numbers in full, guest text made harmless; empty if there is nothing. */
    public static String exact(Object value, Style style) {
        Object plain = opened(value);
        return switch (plain) {
            case null -> "";
            case Number number when style == Column.Style.HEX -> hex(number);
            case Enum<?> constant -> word(constant);
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            default -> GuestText.shown(plain.toString());
        };
    }

    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What an optional holds, or null. */
    public static Object opened(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.orElse(null);
            case OptionalLong optional -> optional.isPresent() ? optional.getAsLong() : null;
            case OptionalInt optional -> optional.isPresent() ? optional.getAsInt() : null;
            case null, default -> value;
        };
    }

    /** The elements of what has several, or null. */
    public static List<?> elements(Object value) {
        return switch (value) {
            case Collection<?> collection -> List.copyOf(collection);
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList();
            case null -> null;
            case byte[] _ -> null;
            default -> {
                if (!value.getClass().isArray()) {
                    yield null;
                }
                var elements = new ArrayList<Object>();
                for (int i = 0; i < Array.getLength(value); i++) {
                    elements.add(Array.get(value, i));
                }
                yield elements;
            }
        };
    }
}
