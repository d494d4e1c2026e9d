package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.expression.TypeText;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows how a type of the kernel's lies in memory. */
final class TypeCommand implements PromptCommand {
    private static final int DEEPEST = 8;

    private record Member(String name, String type, long offsetBytes, int bitOffset, int bitSize, long sizeBytes) {}

    private record Shape(String type, long sizeBytes, List<Member> members) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "type",
                        Group.LOOKING,
                        "how a type of the kernel's, or an expression's, lies in memory",
                        Syntax.of().needs("TYPE|EXPRESSION", Kind.EXPRESSION))
                .alias("ptype")
                .example("type struct pipe_inode_info", "members with their offsets")
                .example("type current->mm", "of an expression")
                .example("type vfs_read", "a function's prototype");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        Types types = guest.kernel().types();
        String text = arguments.get("TYPE|EXPRESSION").strip();
        CType type = named(types, text).orElseGet(() -> guest.evaluate(text).type());
        CType target = type instanceof CType.Pointer pointer ? pointer.target().get() : type;
        if (target instanceof CType.Struct(StructLayout layout)) {
            return struct(type, layout);
        }
        String declaration = target instanceof CType.Function ? TypeText.declaration(target, text) : TypeText.of(type);
        return new Reply.Facts(
                type.sizeBytes() == 0 || target instanceof CType.Function
                        ? declaration
                        : "%s, %,d bytes".formatted(declaration, type.sizeBytes()),
                new Shape(declaration, type.sizeBytes(), List.of()));
    }

    private static Optional<CType> named(Types types, String text) {
        String tag = text.replaceFirst("^(struct|union)\\s+", "");
        if (!tag.equals(text)) {
            StructLayout layout = types.findStruct(tag)
                    .orElseThrow(() -> new UserMistake("the kernel has no type '%s'%s"
                            .formatted(
                                    text,
                                    NearWords.hint(
                                            tag,
                                            types.structs()
                                                    .map(StructLayout::name)
                                                    .toList()))));
            return Optional.of(new CType.Struct(layout));
        }
        return types.findTypedef(text).or(() -> types.findFunction(text).map(CType.Function::new));
    }

    private static Reply struct(CType type, StructLayout layout) {
        var members = new ArrayList<Member>();
        var lines = new ArrayList<String>();
        lines.add("%s {  // %,d bytes".formatted(layout, layout.sizeBytes()));
        add(layout, 0, 0, members, lines);
        lines.add("}" + (type instanceof CType.Pointer ? " *" : ""));
        return new Reply.Facts(lines, new Shape(TypeText.of(type), layout.sizeBytes(), members));
    }

    /** Adds members; those of an anonymous structure within are the outer one's own, and stand further in. */
    private static void add(StructLayout layout, long startBits, int depth, List<Member> members, List<String> lines) {
        String indent = "  ".repeat(depth);
        for (Field field : layout.members()) {
            long bits = startBits + field.bitOffset();
            if (field.name().isEmpty() && field.type() instanceof CType.Struct(StructLayout inner) && depth < DEEPEST) {
                lines.add("  %6d    %s%s {".formatted(bits >>> 3, indent, inner.isUnion() ? "union" : "struct"));
                add(inner, bits, depth + 1, members, lines);
                lines.add("            %s};".formatted(indent));
                continue;
            }
            lines.add("  %6d%s  %s%s%s;"
                    .formatted(
                            bits >>> 3,
                            field.isBitField() ? "." + (bits & 7) : "  ",
                            indent,
                            TypeText.declaration(field.type(), field.name()),
                            field.isBitField() ? " : " + field.bitSize() : ""));
            members.add(new Member(
                    field.name(),
                    TypeText.of(field.type()),
                    bits >>> 3,
                    (int) (bits & 7),
                    field.bitSize(),
                    field.type().sizeBytes()));
        }
    }
}
