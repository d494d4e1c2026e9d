package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.expression.Expression.Node;
import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Reads expressions by C's precedence, lowest first. */
final class ExpressionParser {
    private static final int DEEPEST = 200;

    /** {@code @} binds tighter than all of C's, as in gdb it stands between a place and a count. */
    private static final List<List<String>> LEVELS = List.of(
            List.of("||"),
            List.of("&&"),
            List.of("|"),
            List.of("^"),
            List.of("&"),
            List.of("==", "!="),
            List.of("<", "<=", ">", ">="),
            List.of("<<", ">>"),
            List.of("+", "-"),
            List.of("*", "/", "%"),
            List.of("@"));

    private final String text;
    private final List<Token> tokens;
    private final Predicate<String> isType;
    private int next;
    private int depth;

    ExpressionParser(String text, Predicate<String> isType) {
        this.text = text;
        this.isType = isType;
        tokens = Token.split(text);
    }

    Node parse() {
        if (peek().kind() == Token.Kind.END) {
            throw mistake(peek(), "an expression is expected");
        }
        Node whole = conditional();
        if (peek().is("=")) {
            throw mistake(peek(), "nothing is assigned here: compare with ==");
        }
        if (peek().kind() != Token.Kind.END) {
            throw mistake(peek(), "an operator is expected before " + peek().named());
        }
        return whole;
    }

    private Node conditional() {
        if (++depth > DEEPEST) {
            throw mistake(peek(), "too many things in each other");
        }
        Node condition = binary(0);
        if (peek().is("?")) {
            Token question = take();
            Node yes = conditional();
            expect(":");
            condition = new Expression.Conditional(question.start(), condition, yes, conditional());
        }
        depth--;
        return condition;
    }

    private Node binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        Node left = binary(level + 1);
        while (peek().kind() == Token.Kind.OPERATOR && LEVELS.get(level).contains(peek().text())) {
            Token operator = take();
            left = new Expression.Binary(operator.start(), operator.text(), left, binary(level + 1));
        }
        return left;
    }

    private Node unary() {
        if (++depth > DEEPEST) {
            throw mistake(peek(), "too many things in each other");
        }
        Node node = prefixed();
        depth--;
        return node;
    }

    private Node prefixed() {
        Token first = peek();
        if (first.kind() == Token.Kind.OPERATOR
                && List.of("-", "+", "!", "~", "*", "&").contains(first.text())) {
            take();
            return new Expression.Unary(first.start(), first.text(), unary());
        }
        if (first.kind() == Token.Kind.WORD && first.text().equals("sizeof")) {
            take();
            if (peek().is("(") && beginsType(tokens.get(next + 1))) {
                take();
                TypeName type = typeName();
                expect(")");
                return new Expression.SizeOf(first.start(), type);
            }
            return new Expression.Unary(first.start(), "sizeof", unary());
        }
        if (first.is("(") && beginsType(tokens.get(next + 1))) {
            take();
            TypeName type = typeName();
            expect(")");
            return new Expression.Cast(first.start(), type, unary());
        }
        return postfixed(primary());
    }

    private boolean beginsType(Token token) {
        String word = token.text();
        return token.kind() == Token.Kind.WORD
                && (TypeName.TAGS.contains(word)
                        || TypeName.BASIC.contains(word)
                        || TypeName.QUALIFIERS.contains(word)
                        || isType.test(word));
    }

    private TypeName typeName() {
        int at = peek().start();
        skipQualifiers();
        var words = new ArrayList<String>();
        if (TypeName.TAGS.contains(peek().text())) {
            words.add(take().text());
            if (peek().kind() != Token.Kind.WORD) {
                throw mistake(peek(), "the name of a " + words.getFirst() + " is expected");
            }
            words.add(take().text());
        } else if (TypeName.BASIC.contains(peek().text())) {
            while (TypeName.BASIC.contains(peek().text())) {
                words.add(take().text());
            }
        } else {
            words.add(take().text());
        }
        skipQualifiers();
        int pointers = 0;
        while (peek().is("*")) {
            take();
            pointers++;
            skipQualifiers();
        }
        return new TypeName(at, List.copyOf(words), pointers);
    }

    private void skipQualifiers() {
        while (peek().kind() == Token.Kind.WORD && TypeName.QUALIFIERS.contains(peek().text())) {
            take();
        }
    }

    private Node postfixed(Node first) {
        Node node = first;
        while (true) {
            Token token = peek();
            if (token.is(".") || token.is("->")) {
                take();
                if (peek().kind() != Token.Kind.WORD) {
                    throw mistake(peek(), "the name of a member is expected behind '%s'".formatted(token.text()));
                }
                Token member = take();
                node = new Expression.Member(member.start(), node, member.text());
            } else if (token.is("[")) {
                take();
                Node index = conditional();
                expect("]");
                node = new Expression.Index(token.start(), node, index);
            } else {
                return node;
            }
        }
    }

    private Node primary() {
        Token token = take();
        return switch (token.kind()) {
            case NUMBER -> number(token);
            case TEXT -> new Expression.Text(token.start(), token.text());
            case QUOTED ->
                token.text().length() == 1
                        ? new Expression.Number(token.start(), token.text().charAt(0), false)
                        : new Expression.Name(token.start(), token.text());
            case WORD -> word(token);
            case OPERATOR -> {
                if (!token.is("(")) {
                    throw mistake(token, "a value is expected, not " + token.named());
                }
                Node inner = conditional();
                expect(")");
                yield inner;
            }
            case END -> throw mistake(token, "something is missing at the end");
        };
    }

    private Node word(Token token) {
        if (token.text().startsWith("$")) {
            return new Expression.Variable(token.start(), token.text().substring(1));
        }
        if (!peek().is("(")) {
            return new Expression.Name(token.start(), token.text());
        }
        take();
        var arguments = new ArrayList<Node>();
        while (!peek().is(")")) {
            if (!arguments.isEmpty()) {
                expect(",");
            }
            arguments.add(beginsType(peek()) ? new Expression.TypeArgument(peek().start(), typeName()) : conditional());
        }
        expect(")");
        return new Expression.Call(token.start(), token.text(), List.copyOf(arguments));
    }

    private Node number(Token token) {
        String digits = token.text().replace("_", "").toLowerCase(Locale.ROOT);
        String plain = digits.replaceFirst("[ul]+$", "");
        boolean unsigned = digits.length() > plain.length()
                && digits.substring(plain.length()).contains("u");
        try {
            long value = plain.startsWith("0x")
                    ? Long.parseUnsignedLong(plain.substring(2), 16)
                    : plain.startsWith("0b")
                            ? Long.parseUnsignedLong(plain.substring(2), 2)
                            : Long.parseUnsignedLong(plain);
            return new Expression.Number(token.start(), value, unsigned || value < 0);
        } catch (NumberFormatException _) {
            throw mistake(token, "'%s' is no number of at most 64 bits".formatted(token.text()));
        }
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        Token token = tokens.get(next);
        if (token.kind() != Token.Kind.END) {
            next++;
        }
        return token;
    }

    private void expect(String operator) {
        if (!peek().is(operator)) {
            throw mistake(peek(), "'%s' is expected, not %s".formatted(operator, peek().named()));
        }
        take();
    }

    private SyntaxException mistake(Token at, String message) {
        return new SyntaxException(text, at.start(), message);
    }
}
