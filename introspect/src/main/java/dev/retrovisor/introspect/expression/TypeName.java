package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Types;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A type as C writes it.
 *
 * @param words {@code struct task_struct}, {@code unsigned long}, {@code u64}
 * @param pointers how many stars follow
 */
record TypeName(int at, List<String> words, int pointers) {
    static final Set<String> TAGS = Set.of("struct", "union", "enum");

    static final Set<String> BASIC =
            Set.of("void", "char", "short", "int", "long", "unsigned", "signed", "_Bool", "bool");

    static final Set<String> QUALIFIERS = Set.of("const", "volatile");

    static final CType.Scalar LONG = new CType.Scalar("long", 8, true);
    static final CType.Scalar UNSIGNED_LONG = new CType.Scalar("unsigned long", 8, false);
    static final CType.Scalar INT = new CType.Scalar("int", 4, true);
    static final CType.Scalar CHAR = new CType.Scalar("char", 1, false);

    /** The type itself; empty if this kernel has none of that name. */
    Optional<CType> find(Types types) {
        return named(types).map(type -> {
            CType whole = type;
            for (int i = 0; i < pointers; i++) {
                CType target = whole;
                whole = new CType.Pointer(() -> target);
            }
            return whole;
        });
    }

    private Optional<CType> named(Types types) {
        String first = words.getFirst();
        if (TAGS.contains(first)) {
            String tag = words.get(1);
            return first.equals("enum")
                    ? types.enumeration(tag).map(_ -> new CType.Enumerated(tag, 4, false))
                    : types.findStruct(tag).map(CType.Struct::new);
        }
        return BASIC.contains(first) ? Optional.of(basic()) : types.findTypedef(first);
    }

    /** In C's riscv64 model (LP64): plain char is unsigned. */
    private CType basic() {
        if (words.contains("void")) {
            return new CType.Void();
        }
        String text = String.join(" ", words);
        boolean unsigned = words.contains("unsigned");
        if (words.contains("char")) {
            return words.contains("signed") ? new CType.Scalar(text, 1, true) : new CType.Scalar(text, 1, false);
        }
        if (words.contains("bool") || words.contains("_Bool")) {
            return new CType.Scalar("_Bool", 1, false);
        }
        int size = words.contains("short") ? 2 : words.contains("long") ? 8 : 4;
        return new CType.Scalar(text, size, !unsigned);
    }

    @Override
    public String toString() {
        return String.join(" ", words) + (pointers == 0 ? "" : " " + "*".repeat(pointers));
    }
}
