package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Prototype;
import java.util.stream.Collectors;

/** Types as C writes them: {@code struct task_struct *}, {@code char [16]}. */
public final class TypeText {
    private static final int MOST_NESTED = 4;

    private TypeText() {}

    /** The type without a name that is declared. */
    public static String of(CType type) {
        return text(type, "", MOST_NESTED).strip();
    }

    /** The declaration of a name. */
    public static String declaration(CType type, String name) {
        return text(type, name, MOST_NESTED).strip();
    }

    private static String text(CType type, String inner, int nested) {
        return switch (type) {
            case CType.Void _ -> joined("void", inner);
            case CType.Scalar scalar -> joined(scalar.name(), inner);
            case CType.Floating floating -> joined(floating.name(), inner);
            case CType.Enumerated enumerated -> joined("enum " + enumerated.name(), inner);
            case CType.Struct struct -> joined(struct.layout().toString().strip(), inner);
            case CType.Incomplete incomplete -> joined("struct " + incomplete.name(), inner);
            case CType.Pointer pointer -> {
                CType target = nested == 0 ? new CType.Void() : pointer.target().get();
                boolean binds = target instanceof CType.Array || target instanceof CType.Function;
                yield text(target, binds ? "(*" + inner + ")" : "*" + inner, nested - (nested == 0 ? 0 : 1));
            }
            case CType.Array array -> text(array.element(), inner + "[" + array.count() + "]", nested);
            case CType.Function function ->
                text(function.prototype().result(), inner + parameters(function.prototype()), nested);
        };
    }

    private static String parameters(Prototype prototype) {
        String named = prototype.parameters().stream()
                .map(parameter -> text(parameter.type(), parameter.name(), 1))
                .collect(Collectors.joining(", "));
        String rest = prototype.isVariadic() ? named.isEmpty() ? "..." : ", ..." : "";
        return "(" + (named.isEmpty() && rest.isEmpty() ? "void" : named + rest) + ")";
    }

    private static String joined(String type, String inner) {
        return inner.isEmpty() ? type : type + " " + inner;
    }
}
