package dev.retrovisor.introspect.filter;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the grammar in {@link Filter}. */
final class Parser {
    private static final int DEEPEST = 100;
    private static final int LONGEST = 4096;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*");

    private final String expression;
    private final List<String> components;
    private final List<Token> tokens;
    private int next;
    private int depth;

    /** @param components names of all components that events have; none: any will do */
    Parser(String expression, List<String> components) {
        this.expression = expression;
        this.components = components;
        if (expression.length() > LONGEST) {
            throw Mistakes.at(expression, LONGEST, "longer than %,d characters".formatted(LONGEST));
        }
        tokens = Token.split(expression);
    }

    Predicate<GuestEvent> parse() {
        if (peek().kind() == Token.Kind.END) {
            throw error(peek(), "a filter is expected, such as proc.name = sh");
        }
        Predicate<GuestEvent> root = expression();
        Token rest = peek();
        if (rest.is(")")) {
            throw error(rest, "this parenthesis closes nothing");
        }
        if (rest.kind() != Token.Kind.END) {
            throw unknown(rest, "'and', 'or' or the end is expected, not " + rest.named(), List.of("and", "or"));
        }
        return root;
    }

    private Predicate<GuestEvent> expression() {
        var terms = new ArrayList<Predicate<GuestEvent>>();
        do {
            terms.add(term());
        } while (accept("or"));
        return event -> terms.stream().anyMatch(each -> each.test(event));
    }

    private Predicate<GuestEvent> term() {
        var factors = new ArrayList<Predicate<GuestEvent>>();
        do {
            factors.add(factor());
        } while (accept("and"));
        return event -> factors.stream().allMatch(each -> each.test(event));
    }

    private Predicate<GuestEvent> factor() {
        Token first = peek();
        if (++depth > DEEPEST) {
            throw error(first, "more than %d levels deep".formatted(DEEPEST));
        }
        Predicate<GuestEvent> factor;
        if (accept("not")) {
            factor = factor().negate();
        } else if (accept("(")) {
            factor = expression();
            if (!accept(")")) {
                throw peek().kind() == Token.Kind.END
                        ? error(first, "the parenthesis that opens here is not closed")
                        : error(peek(), "'and', 'or' or ')' is expected, not " + peek().named());
            }
        } else {
            factor = test();
        }
        depth--;
        return factor;
    }

    private Predicate<GuestEvent> test() {
        Token word = take();
        Function<GuestEvent, Object> field = field(word);
        Token operator = peek();
        if (accept("exists")) {
            return event -> field.apply(event) != null;
        }
        if (accept("in")) {
            return in(field);
        }
        if (operator.kind() == Token.Kind.END || operator.is(")") || operator.is("and") || operator.is("or")) {
            return event -> field.apply(event) instanceof Boolean truth && truth;
        }
        take();
        Comparison comparison = Comparison.named(operator.text())
                .filter(_ -> operator.kind() != Token.Kind.QUOTED)
                .orElseThrow(() -> unknown(
                        operator,
                        "there is no operator %s: there are %s, in and exists"
                                .formatted(operator.named(), String.join(" ", Comparison.words())),
                        operators()));
        Literal wanted = value(comparison);
        return event -> anyHolds(comparison, field.apply(event), wanted);
    }

    private static List<String> operators() {
        var words = new ArrayList<>(Comparison.words());
        words.addAll(List.of("in", "exists"));
        return words;
    }

    private Predicate<GuestEvent> in(Function<GuestEvent, Object> field) {
        if (!accept("(")) {
            throw error(peek(), "'(' is expected behind 'in': in (a, b), not " + peek().named());
        }
        var wanted = new ArrayList<Literal>();
        do {
            wanted.add(value(Comparison.EQUAL));
        } while (accept(","));
        if (!accept(")")) {
            throw error(peek(), "',' or ')' is expected, not " + peek().named());
        }
        return event -> {
            Object actual = field.apply(event);
            return wanted.stream().anyMatch(each -> anyHolds(Comparison.EQUAL, actual, each));
        };
    }

    private static boolean anyHolds(Comparison comparison, Object actual, Literal wanted) {
        if (actual instanceof Collection<?> several) {
            return several.stream().anyMatch(each -> anyHolds(comparison, each, wanted));
        }
        return actual != null && comparison.holds(actual, wanted);
    }

    private Literal value(Comparison comparison) {
        Token token = take();
        if (token.kind() == Token.Kind.END || token.kind() == Token.Kind.SYMBOL) {
            throw error(token, "a value is expected, not " + token.named());
        }
        var literal = new Literal(token.text());
        if (comparison.needsNumber() && !literal.isNumber()) {
            throw error(
                    token,
                    "a number is expected behind '%s', such as 42, 0xff, 4K or 1.5ms, not %s"
                            .formatted(comparison.word(), token.named()));
        }
        if (comparison == Comparison.MATCHES) {
            try {
                literal.compile();
            } catch (PatternSyntaxException e) {
                // In quotes the expression's characters are one behind the quote; escapes may move them further.
                int shift = token.kind() == Token.Kind.QUOTED ? 1 : 0;
                int at = Math.clamp(token.start() + shift + e.getIndex(), token.start(), expression.length());
                throw Mistakes.at(expression, at, "no regular expression: " + e.getDescription());
            }
        }
        return literal;
    }

    private Function<GuestEvent, Object> field(Token token) {
        String word = token.text();
        if (token.kind() != Token.Kind.WORD || !NAME.matcher(word).matches()) {
            throw error(token, "a field is expected, such as proc.name or evt.type, not " + token.named());
        }
        Optional<FieldWord> known = FieldWord.named(word);
        if (known.isPresent()) {
            return known.get()::of;
        }
        if (word.startsWith(FieldWord.ARGUMENT)) {
            String argument = word.substring(FieldWord.ARGUMENT.length());
            return event -> event.fact(word).orElseGet(() -> Components.argument(event, argument));
        }
        boolean isReserved = word.contains(".")
                && FieldWord.words().stream()
                        .anyMatch(each -> each.startsWith(word.substring(0, word.indexOf('.') + 1)));
        boolean isUnknown = !components.isEmpty() && !components.contains(word);
        if (isReserved || isUnknown) {
            var candidates = new ArrayList<>(FieldWord.words());
            candidates.addAll(components);
            throw unknown(token, "there is no field '%s'".formatted(word), candidates);
        }
        return event -> event.fact(word).orElseGet(() -> Components.of(event, word));
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

    private boolean accept(String symbol) {
        boolean found = peek().is(symbol);
        if (found) {
            next++;
        }
        return found;
    }

    private SyntaxException error(Token token, String message) {
        return Mistakes.at(expression, token.start(), message);
    }

    private SyntaxException unknown(Token token, String message, List<String> candidates) {
        return Mistakes.at(expression, token.start(), message, token.text(), candidates);
    }
}
