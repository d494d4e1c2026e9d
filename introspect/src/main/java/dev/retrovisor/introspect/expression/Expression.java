package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.List;
import java.util.function.Predicate;

/** An expression that was read: parse once, evaluate as often as needed. */
public final class Expression {
    private final String text;
    private final Node root;

    Expression(String text, Node root) {
        this.text = text;
        this.root = root;
    }

    /**
     * Reads an expression.
     *
     * <p>C's operators without assignment, {@code sizeof}, casts, {@code pointer @ count} for an array as in gdb, texts in double
     * quotes to compare with, {@code $name} for registers and variables, {@code 'symbol.isra.0'} for names that C has not,
     * and the functions that {@link Evaluator#FUNCTIONS} lists.
     *
     * @param isType whether a word alone names a type: a typedef of the kernel's
     * @throws SyntaxException if it is none
     */
    public static Expression parse(String text, Predicate<String> isType) {
        return new Expression(text, new ExpressionParser(text, isType).parse());
    }

    /** As it was written. */
    public String text() {
        return text;
    }

    Node root() {
        return root;
    }

    /** A part of an expression; {@code at} is the index of the character that errors point to. */
    sealed interface Node {
        int at();
    }

    record Number(int at, long value, boolean isUnsigned) implements Node {}

    record Text(int at, String text) implements Node {}

    /** A symbol, a constant of an enumeration, or a word that the evaluator knows. */
    record Name(int at, String name) implements Node {}

    /** {@code $name}, without the dollar. */
    record Variable(int at, String name) implements Node {}

    record Unary(int at, String operator, Node operand) implements Node {}

    record Binary(int at, String operator, Node left, Node right) implements Node {}

    record Conditional(int at, Node condition, Node yes, Node no) implements Node {}

    /** {@code object.name}, or {@code pointer->name}: what is meant is decided by the operand. */
    record Member(int at, Node object, String name) implements Node {}

    record Index(int at, Node array, Node index) implements Node {}

    record Cast(int at, TypeName type, Node operand) implements Node {}

    record SizeOf(int at, TypeName type) implements Node {}

    record Call(int at, String function, List<Node> arguments) implements Node {}

    /** A type where a function takes one: {@code container_of(p, struct x, member)}. */
    record TypeArgument(int at, TypeName type) implements Node {}
}
