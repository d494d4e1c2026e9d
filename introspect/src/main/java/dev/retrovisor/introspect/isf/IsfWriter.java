package dev.retrovisor.introspect.isf;

import com.google.gson.stream.JsonWriter;
import dev.retrovisor.introspect.isf.IsfNames.Base;
import dev.retrovisor.introspect.isf.IsfNames.Named;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes a kernel's symbols and types as a symbol file. */
public final class IsfWriter {
    /** Pointers to pointers and arrays of arrays, at most; forged types may have no end. */
    private static final int DEEPEST = 32;

    private final KernelFacts facts;
    private final Types types;
    private final IsfNames names = new IsfNames();
    private final JsonWriter json;

    private IsfWriter(KernelFacts facts, Writer out) {
        this.facts = facts;
        types = facts.types();
        json = new JsonWriter(out);
        json.setIndent(" ");
    }

    /**
     * Writes all that is known of a kernel.
     *
     * @param producer what wrote it, name and version
     */
    public static void write(KernelFacts facts, Producer producer, Writer out) throws IOException {
        new IsfWriter(facts, out).write(producer);
    }

    /** Who writes a symbol file. */
    public record Producer(String name, String version) {}

    private void write(Producer producer) throws IOException {
        // Of several types with one tag, the one that the kernel's types find by it gets the plain name.
        types.structs()
                .map(layout -> types.findStruct(layout.name()).orElse(layout))
                .forEach(names::struct);
        json.beginObject();
        metadata(producer);
        symbols();
        userTypes();
        enums();
        baseTypes();
        json.endObject();
        json.flush();
    }

    private void metadata(Producer producer) throws IOException {
        json.name("metadata").beginObject();
        json.name("linux").beginObject();
        json.name("symbols").beginArray();
        // The nearest word that the schema has for a table of names and addresses without a file behind it.
        json.beginObject().name("kind").value("system-map").name("name").value("kallsyms");
        json.endObject().endArray();
        json.name("types").beginArray().endArray();
        json.endObject();
        json.name("producer").beginObject();
        json.name("name").value(producer.name());
        json.name("version").value(producer.version());
        json.endObject();
        json.name("format").value(Isf.FORMAT);
        json.endObject();
    }

    private void symbols() throws IOException {
        json.name("symbols").beginObject();
        Set<String> seen = new HashSet<>();
        for (Iterator<Symbol> all = facts.symbols().all().iterator(); all.hasNext(); ) {
            symbol(all.next(), seen);
        }
        json.endObject();
    }

    private void symbol(Symbol symbol, Set<String> seen) throws IOException {
        String key = symbol.name();
        for (int i = 1; !seen.add(key); i++) {
            key = "%s%s%d".formatted(symbol.name(), Isf.AGAIN, i);
        }
        json.name(key).beginObject();
        if (symbol.name().equals(Isf.BANNER_SYMBOL)) {
            byte[] banner = (facts.banner() + "\n\0").getBytes(StandardCharsets.UTF_8);
            json.name("type");
            type(new CType.Array(new CType.Scalar("char", 1, false), banner.length));
            json.name("constant_data").value(Base64.getEncoder().encodeToString(banner));
        } else {
            Optional<StructLayout> struct =
                    Optional.ofNullable(IsfGlobals.STRUCTS.get(symbol.name())).flatMap(types::findStruct);
            if (struct.isPresent()) {
                json.name("type");
                type(new CType.Struct(struct.get()));
            } else if (symbol.isText()) {
                json.name("type");
                type(new CType.Function(null));
            }
        }
        if (!key.equals(symbol.name())) {
            json.name("linkage_name").value(symbol.name());
        }
        json.name("address").value(new BigInteger(Long.toUnsignedString(symbol.address())));
        json.endObject();
    }

    private void userTypes() throws IOException {
        json.name("user_types").beginObject();
        types.structs().forEach(names::struct);
        for (Optional<Named> next = names.next(); next.isPresent(); next = names.next()) {
            userType(next.get());
        }
        json.endObject();
    }

    private void userType(Named named) throws IOException {
        StructLayout layout = named.layout();
        json.name(named.name()).beginObject();
        json.name("kind").value(kind(layout));
        json.name("size").value(layout.sizeBytes());
        json.name("fields").beginObject();
        int unnamed = 0;
        for (Field field : layout.members()) {
            boolean isAnonymous = field.name().isEmpty();
            if (isAnonymous && !(field.type() instanceof CType.Struct)) {
                continue; // a gap that the source asks for: nothing lies in it
            }
            json.name(isAnonymous ? "%sfield_%d".formatted(Isf.UNNAMED, unnamed++) : field.name());
            field(field, isAnonymous);
        }
        json.endObject().endObject();
    }

    private static String kind(StructLayout layout) {
        return layout.isUnion() ? "union" : "struct";
    }

    private void field(Field field, boolean isAnonymous) throws IOException {
        json.beginObject();
        json.name("type");
        long offset = field.offsetBytes();
        if (field.isBitField()) {
            long unit = field.type().sizeBytes();
            long aligned = unit == 0 ? offset : offset / unit * unit;
            if (field.bitOffset() - aligned * 8 + field.bitSize() <= unit * 8) {
                offset = aligned;
            }
            json.beginObject();
            json.name("kind").value("bitfield");
            json.name("bit_position").value(field.bitOffset() - offset * 8);
            json.name("bit_length").value(field.bitSize());
            json.name("type");
            type(field.type());
            json.endObject();
        } else {
            type(field.type());
        }
        json.name("offset").value(offset);
        if (isAnonymous) {
            json.name("anonymous").value(true);
        }
        json.endObject();
    }

    private void type(CType type) throws IOException {
        type(type, DEEPEST);
    }

    private void type(CType type, int deeper) throws IOException {
        json.beginObject();
        switch (type) {
            case CType.Void _ -> named("base", Isf.VOID);
            case CType.Scalar scalar -> named("base", names.scalar(scalar));
            case CType.Floating floating -> named("base", names.floating(floating));
            case CType.Enumerated enumerated -> named("enum", names.enumerated(enumerated));
            case CType.Struct(StructLayout layout) -> named(kind(layout), names.struct(layout));
            case CType.Incomplete incomplete -> named("struct", incomplete.name());
            case CType.Function _ -> json.name("kind").value("function");
            case CType.Array array -> array(array, deeper);
            case CType.Pointer pointer -> {
                json.name("kind").value(Isf.POINTER);
                json.name("subtype");
                type(deeper == 0 ? new CType.Void() : pointer.target().get(), deeper - 1);
            }
        }
        json.endObject();
    }

    private void named(String kind, String name) throws IOException {
        json.name("kind").value(kind).name("name").value(name);
    }

    private void array(CType.Array array, int deeper) throws IOException {
        json.name("kind").value("array");
        json.name("count").value(array.count());
        json.name("subtype");
        type(deeper == 0 ? new CType.Void() : array.element(), deeper - 1);
    }

    private void enums() throws IOException {
        json.name("enums").beginObject();
        for (String tag : types.enumerations()) {
            names.enumerated(unused(tag));
        }
        for (Map.Entry<String, CType.Enumerated> each : names.enums().entrySet()) {
            CType.Enumerated enumerated = each.getValue();
            json.name(each.getKey()).beginObject();
            json.name("size").value(enumerated.sizeBytes());
            json.name("base").value(names.below(enumerated));
            json.name("constants").beginObject();
            for (Map.Entry<String, Long> constant :
                    types.enumeration(enumerated.name()).orElse(Map.of()).entrySet()) {
                json.name(constant.getKey()).value(constant.getValue());
            }
            json.endObject().endObject();
        }
        json.endObject();
    }

    /** An enumeration that no structure has: as wide as its constants ask for, as C has it. */
    private CType.Enumerated unused(String tag) {
        LongSummaryStatistics constants = types.enumeration(tag).orElse(Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .summaryStatistics();
        boolean signed = constants.getMin() < 0;
        boolean fits = constants.getCount() == 0
                || constants.getMax() <= (signed ? Integer.MAX_VALUE : 0xffff_ffffL)
                        && constants.getMin() >= Integer.MIN_VALUE;
        return new CType.Enumerated(tag, fits ? 4 : 8, signed);
    }

    private void baseTypes() throws IOException {
        json.name("base_types").beginObject();
        for (Map.Entry<String, Base> each : names.bases().entrySet()) {
            Base base = each.getValue();
            json.name(each.getKey()).beginObject();
            json.name("size").value(base.sizeBytes());
            json.name("signed").value(base.signed());
            json.name("kind").value(base.kind());
            json.name("endian").value("little");
            json.endObject();
        }
        json.endObject();
    }
}
