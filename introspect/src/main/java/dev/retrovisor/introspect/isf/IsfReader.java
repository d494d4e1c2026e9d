package dev.retrovisor.introspect.isf;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import dev.retrovisor.introspect.isf.IsfType.BaseDefinition;
import dev.retrovisor.introspect.isf.IsfTypes.EnumDefinition;
import dev.retrovisor.introspect.isf.IsfTypes.Member;
import dev.retrovisor.introspect.isf.IsfTypes.StructDefinition;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a symbol file of schema 6 (any minor version): from Volatility, from dwarf2json, or our own. */
public final class IsfReader {
    /** Pointers to pointers and arrays of arrays, at most. */
    private static final int DEEPEST = 64;

    private final String source;
    private final JsonReader json;
    private final List<Symbol> symbols = new ArrayList<>();
    private final Map<String, StructDefinition> structs = new LinkedHashMap<>();
    private final Map<String, EnumDefinition> enums = new LinkedHashMap<>();
    private final Map<String, BaseDefinition> bases = new LinkedHashMap<>();
    private String banner = "";

    private IsfReader(String source, Reader in) {
        this.source = source;
        json = new JsonReader(in);
    }

    /**
     * Reads a whole file.
     *
     * @param source its name, for messages
     * @throws IsfFormatException if it is none or damaged
     */
    public static Isf read(String source, Reader in) throws IOException {
        return new IsfReader(source, in).read();
    }

    private Isf read() throws IOException {
        try {
            boolean hasFormat = false;
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "metadata" -> hasFormat = metadata();
                    case "symbols" -> each(this::symbol);
                    case "user_types" -> each(name -> structs.put(name, struct()));
                    case "enums" -> each(name -> enums.put(name, enumeration()));
                    case "base_types" -> each(name -> bases.put(name, base()));
                    default -> json.skipValue();
                }
            }
            json.endObject();
            if (!hasFormat) {
                throw new IsfFormatException(source + ": found no metadata with a format, expected schema 6");
            }
        } catch (MalformedJsonException | EOFException | IllegalStateException | NumberFormatException e) {
            throw new IsfFormatException("%s: no symbol file: %s".formatted(source, e.getMessage()), e);
        }
        return new Isf(banner, Symbols.of(symbols), new IsfTypes(source, structs, enums, bases));
    }

    /** Reads the value of one name. */
    private interface Value {
        void read(String name) throws IOException;
    }

    private void each(Value value) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            value.read(json.nextName());
        }
        json.endObject();
    }

    private boolean metadata() throws IOException {
        boolean found = false;
        json.beginObject();
        while (json.hasNext()) {
            if (json.nextName().equals("format")) {
                String format = json.nextString();
                if (!format.startsWith("6.")) {
                    throw new IsfFormatException(
                            "%s: found schema %s, expected 6.0.0 to %s".formatted(source, format, Isf.FORMAT));
                }
                found = true;
            } else {
                json.skipValue();
            }
        }
        json.endObject();
        return found;
    }

    private void symbol(String key) throws IOException {
        String name = key;
        long address = 0;
        String constant = "";
        boolean isFunction = false;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "address" -> address = number();
                case "linkage_name" -> name = json.nextString();
                case "constant_data" -> constant = json.nextString();
                case "type" -> isFunction = type(DEEPEST) instanceof IsfType.Function;
                default -> json.skipValue();
            }
        }
        json.endObject();
        symbols.add(new Symbol(name, address, isFunction ? 't' : 'd'));
        if (name.equals(Isf.BANNER_SYMBOL)) {
            banner = banner(constant);
        }
    }

    private String banner(String base64) {
        try {
            String text = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            int end = text.indexOf(0);
            return (end < 0 ? text : text.substring(0, end)).strip();
        } catch (IllegalArgumentException e) {
            throw new IsfFormatException(
                    "%s: %s: found data that is no base64: %s".formatted(source, Isf.BANNER_SYMBOL, e.getMessage()), e);
        }
    }

    /** An integer of up to 64 bits, signed or unsigned. */
    private long number() throws IOException {
        String text = json.nextString();
        try {
            return new BigDecimal(text).toBigIntegerExact().longValue();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IsfFormatException(
                    "%s: found '%s' at %s, expected a whole number"
                            .formatted(source, text.substring(0, Math.min(text.length(), 40)), json.getPath()),
                    e);
        }
    }

    private int smallNumber() throws IOException {
        long number = number();
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new IsfFormatException(
                    "%s: found %,d at %s, expected 0 to 2^31 - 1".formatted(source, number, json.getPath()));
        }
        return (int) number;
    }

    private StructDefinition struct() throws IOException {
        String kind = "struct";
        int size = 0;
        List<Member> members = new ArrayList<>();
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "kind" -> kind = json.nextString();
                case "size" -> size = smallNumber();
                case "fields" -> each(name -> members.add(member(name)));
                default -> json.skipValue();
            }
        }
        json.endObject();
        return new StructDefinition(kind.equals("union"), size, members);
    }

    private Member member(String name) throws IOException {
        IsfType type = new IsfType.Base(Isf.VOID);
        int offset = 0;
        boolean isAnonymous = false;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "type" -> type = type(DEEPEST);
                case "offset" -> offset = smallNumber();
                case "anonymous" -> isAnonymous = json.nextBoolean();
                default -> json.skipValue();
            }
        }
        json.endObject();
        return new Member(isAnonymous ? "" : name, offset, type);
    }

    private IsfType type(int deeper) throws IOException {
        if (deeper == 0) {
            throw new IsfFormatException(
                    "%s: found types nested deeper than %d at %s".formatted(source, DEEPEST, json.getPath()));
        }
        String kind = "";
        String name = "";
        int count = 0;
        int position = 0;
        int length = 0;
        IsfType inner = new IsfType.Base(Isf.VOID);
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "kind" -> kind = json.nextString();
                case "name" -> name = json.nextString();
                case "count" -> count = smallNumber();
                case "bit_position" -> position = smallNumber();
                case "bit_length" -> length = smallNumber();
                case "subtype", "type" -> inner = type(deeper - 1);
                default -> json.skipValue();
            }
        }
        json.endObject();
        return switch (kind) {
            case "base" -> new IsfType.Base(name);
            case "enum" -> new IsfType.Enumerated(name);
            case "struct", "union", "class" -> new IsfType.Struct(name);
            case "pointer" -> new IsfType.Pointer(inner);
            case "array" -> new IsfType.Array(inner, count);
            case "function" -> new IsfType.Function();
            case "bitfield" -> {
                if (length < 1 || length > 64 || position > 63) {
                    throw new IsfFormatException("%s: found a bit field of %d bits at bit %d at %s"
                            .formatted(source, length, position, json.getPath()));
                }
                yield new IsfType.BitField(position, length, inner);
            }
            default ->
                throw new IsfFormatException("%s: found type kind '%s' at %s, expected one of schema %s"
                        .formatted(source, kind, json.getPath(), Isf.FORMAT));
        };
    }

    private EnumDefinition enumeration() throws IOException {
        int size = 0;
        String base = "";
        Map<String, Long> constants = new LinkedHashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "size" -> size = smallNumber();
                case "base" -> base = json.nextString();
                case "constants" -> each(name -> constants.put(name, number()));
                default -> json.skipValue();
            }
        }
        json.endObject();
        return new EnumDefinition(size, base, constants);
    }

    private BaseDefinition base() throws IOException {
        int size = 0;
        boolean signed = false;
        String kind = "int";
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "size" -> size = smallNumber();
                case "signed" -> signed = json.nextBoolean();
                case "kind" -> kind = json.nextString();
                case "endian" -> requireLittle(json.nextString());
                default -> json.skipValue();
            }
        }
        json.endObject();
        return new BaseDefinition(kind, size, signed);
    }

    private void requireLittle(String endian) {
        if (!endian.equals("little")) {
            throw new IsfFormatException(
                    "%s: found %s-endian types, expected little-endian ones: not of RISC-V".formatted(source, endian));
        }
    }
}
