package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.GuestText;
import dev.retrovisor.introspect.expression.Memory;
import dev.retrovisor.introspect.expression.TypeText;
import dev.retrovisor.introspect.expression.Value;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A value with all that is in it, read from memory once: what people see and what programs get are made of it. */
final class ValueTree {
    private static final int MOST_ELEMENTS = 64;
    private static final int MOST_NODES = 20_000;
    private static final int DEEPEST = 12;
    private static final int USUAL_DEPTH = 2;
    private static final int LONGEST_TEXT = 256;
    private static final int INLINE_PLACES = 76;
    private static final String INDENT = "  ";

    /** A part. */
    private sealed interface Node {}

    /**
     * What has no parts.
     *
     * @param exact for programs: a number, a text, a boolean or null
     */
    private record Leaf(String shown, Object exact) implements Node {}

    private record Fields(Map<String, Node> members) implements Node {}

    private record Elements(List<Node> elements, long left) implements Node {}

    /** How numbers are written. */
    enum Form {
        USUAL,
        HEX,
        DECIMAL,
        BINARY,
        CHARACTER
    }

    private final Guest guest;
    private final Memory memory;
    private final Types types;
    private final Form form;
    private final int depth;
    private int nodes;
    private final Node root;

    /** @param isWhole whether everything is wanted, however deep */
    ValueTree(Guest guest, Value value, Form form, boolean isWhole) {
        this.guest = guest;
        this.form = form;
        memory = guest.evaluator().memory();
        types = guest.kernel().types();
        depth = isWhole ? DEEPEST : USUAL_DEPTH;
        root = node(value, 0);
    }

    // Reading.

    private Node node(Value value, int level) {
        if (++nodes > MOST_NODES) {
            return new Leaf("...", null);
        }
        try {
            return switch (value) {
                case Value.Text text -> new Leaf(quoted(text.text()), text.text());
                case Value.Plain plain -> number(plain.type(), plain.bits());
                case Value.Place place -> place(place, level);
            };
        } catch (MemoryFault e) {
            return new Leaf("<" + e.getMessage() + ">", null);
        }
    }

    private Node place(Value.Place place, int level) {
        return switch (place.type()) {
            case CType.Struct(StructLayout layout) -> struct(layout, place.address(), level);
            case CType.Array array when memory.isText(array) -> text(place.address(), array.count());
            case CType.Array array -> array(array, place.address(), level);
            case CType.Floating floating -> number(floating, memory.read(place.address(), floating.sizeBytes()));
            case CType.Void _ ->
                new Leaf(
                        "<no type> at %s, 8 bytes there: 0x%x"
                                .formatted(address(place.address()), memory.read(place.address(), Long.BYTES)),
                        "0x" + Long.toHexString(place.address()));
            case CType.Scalar _, CType.Enumerated _, CType.Pointer _ ->
                number(place.type(), memory.number(place).orElseThrow());
            case CType.Incomplete _, CType.Function _ -> new Leaf(address(place.address()), null);
        };
    }

    private Node struct(StructLayout layout, long address, int level) {
        if (level > depth) {
            return new Leaf("{...}", null);
        }
        Map<String, Node> members = new LinkedHashMap<>();
        add(layout, address, level, members);
        return new Fields(members);
    }

    /** Adds members; those of an anonymous structure count as the outer one's own. */
    private void add(StructLayout layout, long address, int level, Map<String, Node> members) {
        for (Field field : layout.members()) {
            long at = address + field.offsetBytes();
            if (field.name().isEmpty() && field.type() instanceof CType.Struct(StructLayout inner)) {
                if (level <= DEEPEST) {
                    add(inner, at, level + 1, members);
                }
            } else if (!field.name().isEmpty()) {
                int bitOffset = field.isBitField() ? (int) (field.bitOffset() & 7) : 0;
                members.put(
                        field.name(), node(new Value.Place(field.type(), at, bitOffset, field.bitSize()), level + 1));
            }
        }
    }

    private Node array(CType.Array array, long address, int level) {
        var elements = new ArrayList<Node>();
        long size = array.element().sizeBytes();
        for (long i = 0; i < Math.min(array.count(), MOST_ELEMENTS); i++) {
            elements.add(node(new Value.Place(array.element(), address + i * size, 0, 0), level + 1));
        }
        return new Elements(elements, array.count() - elements.size());
    }

    private Node text(long address, long count) {
        String text = memory.text(address, Math.min(count, LONGEST_TEXT));
        return new Leaf(quoted(text), text);
    }

    private static String quoted(String text) {
        return '"' + GuestText.shown(text).replace("\"", "\\\"") + '"';
    }

    private Node number(CType type, long number) {
        return switch (type) {
            case CType.Pointer pointer -> pointer(pointer, number);
            case CType.Enumerated enumerated when form == Form.USUAL -> new Leaf(constant(enumerated, number), number);
            case CType.Floating floating -> {
                double real = floating.sizeBytes() == 4
                        ? Float.intBitsToFloat((int) number)
                        : Double.longBitsToDouble(number);
                boolean isFinite = Double.isFinite(real);
                yield new Leaf(Double.toString(real), isFinite ? (Object) real : Double.toString(real));
            }
            case CType.Scalar scalar
            when scalar.name().equals("_Bool") && form == Form.USUAL ->
                new Leaf(number != 0 ? "true" : "false", number != 0);
            case CType.Scalar _,
                    CType.Enumerated _,
                    CType.Void _,
                    CType.Array _,
                    CType.Struct _,
                    CType.Incomplete _,
                    CType.Function _ -> new Leaf(formatted(type, number), exact(type, number));
        };
    }

    /** JSON's readers may keep numbers in 53 bits only. */
    private static Object exact(CType type, long number) {
        boolean isWide = type.sizeBytes() == Long.BYTES && Math.abs(number) >= 1L << 53;
        return isWide ? "0x" + Long.toHexString(number) : (Object) number;
    }

    private String formatted(CType type, long number) {
        boolean isUnsigned = type instanceof CType.Scalar scalar && !scalar.signed();
        return switch (form) {
            case HEX -> "0x" + Long.toHexString(number & mask(type));
            case BINARY -> "0b" + Long.toBinaryString(number & mask(type));
            case CHARACTER -> character(number);
            case DECIMAL -> isUnsigned ? Long.toUnsignedString(number) : Long.toString(number);
            case USUAL -> {
                if (isUnsigned && number < 0) {
                    yield "0x" + Long.toHexString(number); // an address, or bits
                }
                String decimal = Long.toString(number);
                if (memory.isCharacter(type)) {
                    yield decimal + " " + character(number);
                }
                yield Math.abs(number) >= 1 << 20 ? "%s (0x%x)".formatted(decimal, number & mask(type)) : decimal;
            }
        };
    }

    private static long mask(CType type) {
        long bits = 8 * Math.clamp(type.sizeBytes(), 1, Long.BYTES);
        return bits == 64 ? -1 : (1L << bits) - 1;
    }

    private static String character(long number) {
        return "'" + GuestText.shown(String.valueOf((char) (number & 0xff))) + "'";
    }

    private String constant(CType.Enumerated enumerated, long number) {
        Optional<String> name = types.enumeration(enumerated.name())
                .flatMap(constants -> constants.entrySet().stream()
                        .filter(entry -> entry.getValue() == number)
                        .map(Map.Entry::getKey)
                        .findFirst());
        return name.map(word -> "%s (%d)".formatted(word, number)).orElse(Long.toString(number));
    }

    private Node pointer(CType.Pointer pointer, long number) {
        String exact = "0x" + Long.toHexString(number);
        if (number == 0) {
            return new Leaf("null", exact);
        }
        if (memory.isCharacter(pointer.target().get())) {
            Optional<String> text = Guest.tolerant(() -> Optional.of(memory.text(number, LONGEST_TEXT)));
            return new Leaf(exact + text.map(each -> " " + quoted(each)).orElse(" <not mapped>"), exact);
        }
        return new Leaf(address(number), exact);
    }

    private String address(long number) {
        String symbol = guest.symbolAt(number);
        return "0x" + Long.toHexString(number) + (symbol.isEmpty() ? "" : " <" + symbol + ">");
    }

    // Writing.

    /** For people: {@code struct list_head {next = ..., prev = ...}}, in as many lines as it takes. */
    List<String> lines(CType type) {
        String head = root instanceof Leaf && !(type instanceof CType.Pointer) ? "" : "(" + TypeText.of(type) + ") ";
        var lines = new ArrayList<String>();
        write(root, head, "", lines);
        return lines;
    }

    private static void write(Node node, String head, String indent, List<String> lines) {
        String inline = inline(node);
        if (node instanceof Leaf || indent.length() + head.length() + inline.length() <= INLINE_PLACES) {
            lines.add(indent + head + inline);
            return;
        }
        lines.add(indent + head + "{");
        switch (node) {
            case Leaf _ -> {}
            case Fields fields ->
                fields.members().forEach((name, member) -> write(member, name + " = ", indent + INDENT, lines));
            case Elements elements -> {
                for (int i = 0; i < elements.elements().size(); i++) {
                    write(elements.elements().get(i), "[" + i + "] = ", indent + INDENT, lines);
                }
                if (elements.left() > 0) {
                    lines.add(indent + INDENT + "... and %,d more".formatted(elements.left()));
                }
            }
        }
        lines.add(indent + "}");
    }

    private static String inline(Node node) {
        return switch (node) {
            case Leaf leaf -> leaf.shown();
            case Fields fields -> {
                var parts = new ArrayList<String>();
                fields.members().forEach((name, member) -> parts.add(name + " = " + inline(member)));
                yield "{" + String.join(", ", parts) + "}";
            }
            case Elements elements -> {
                var parts = new ArrayList<>(
                        elements.elements().stream().map(ValueTree::inline).toList());
                if (elements.left() > 0) {
                    parts.add("... %,d more".formatted(elements.left()));
                }
                yield "{" + String.join(", ", parts) + "}";
            }
        };
    }

    /** For programs: numbers, texts, lists and maps. */
    Object exact() {
        return exact(root);
    }

    private static Object exact(Node node) {
        return switch (node) {
            case Leaf leaf -> leaf.exact();
            case Fields fields -> {
                Map<String, Object> members = new LinkedHashMap<>();
                fields.members().forEach((name, member) -> members.put(name, exact(member)));
                yield members;
            }
            case Elements elements -> {
                var list = new ArrayList<Object>();
                elements.elements().forEach(each -> list.add(exact(each)));
                yield list;
            }
        };
    }
}
