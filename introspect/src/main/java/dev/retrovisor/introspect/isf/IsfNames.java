package dev.retrovisor.introspect.isf;

import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Names in a symbol file: there every type has one of its own, where in C some have none and some share one. Gives them
 * out as types are met, and remembers whose definitions are still to be written.
 */
final class IsfNames {
    /** A type that fills memory and has no parts. */
    record Base(String kind, long sizeBytes, boolean signed) {}

    private final Map<StructLayout, String> structs = new IdentityHashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private final ArrayDeque<Named> unwritten = new ArrayDeque<>();
    private final Map<String, Base> bases = new LinkedHashMap<>();
    private final Map<String, CType.Enumerated> enums = new LinkedHashMap<>();

    /** A struct or union and its name in the file. */
    record Named(String name, StructLayout layout) {}

    IsfNames() {
        bases.put(Isf.VOID, new Base("void", 0, false));
        bases.put(Isf.POINTER, new Base("int", 8, false));
        bases.put("char", new Base("char", 1, false));
    }

    /** The name of a struct or union; met for the first time it waits for {@link #next}. */
    String struct(StructLayout layout) {
        String known = structs.get(layout);
        if (known != null) {
            return known;
        }
        String name = unique(layout.name().isEmpty() ? Isf.UNNAMED + structs.size() : layout.name());
        structs.put(layout, name);
        unwritten.add(new Named(name, layout));
        return name;
    }

    /** Several translation units may have different structures of one name. */
    private String unique(String tag) {
        int before = uses.merge(tag, 1, Integer::sum) - 1;
        return before == 0 ? tag : tag + Isf.AGAIN + before;
    }

    /** A structure whose definition has not been written yet. */
    Optional<Named> next() {
        return Optional.ofNullable(unwritten.poll());
    }

    String scalar(CType.Scalar scalar) {
        String kind = scalar.name().equals("_Bool") || scalar.name().equals("bool")
                ? "bool"
                : scalar.sizeBytes() == 1 && scalar.name().contains("char") ? "char" : "int";
        return base(scalar.name(), new Base(kind, scalar.sizeBytes(), scalar.signed()));
    }

    String floating(CType.Floating floating) {
        return base(floating.name(), new Base("float", floating.sizeBytes(), true));
    }

    private String base(String name, Base base) {
        String candidate = name;
        for (int i = 1; !bases.computeIfAbsent(candidate, _ -> base).equals(base); i++) {
            candidate = name + Isf.AGAIN + i;
        }
        return candidate;
    }

    /** An enumeration without a tag gets a name by its shape: its constants can't be told from others of that shape. */
    String enumerated(CType.Enumerated enumerated) {
        String name = enumerated.name().isEmpty()
                ? "%senum_%s%d".formatted(Isf.UNNAMED, enumerated.signed() ? "s" : "u", enumerated.sizeBytes() * 8)
                : enumerated.name();
        enums.putIfAbsent(name, enumerated);
        return name;
    }

    /** The base type below an enumeration. */
    String below(CType.Enumerated enumerated) {
        long bits = enumerated.sizeBytes() * 8;
        String name = enumerated.sizeBytes() == 4
                ? enumerated.signed() ? "int" : "unsigned int"
                : (enumerated.signed() ? "s" : "u") + bits;
        return base(name, new Base("int", enumerated.sizeBytes(), enumerated.signed()));
    }

    Map<String, CType.Enumerated> enums() {
        return enums;
    }

    Map<String, Base> bases() {
        return bases;
    }
}
