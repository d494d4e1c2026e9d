package dev.retrovisor.introspect.filter;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.syntax.SyntaxException;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * A filter for events.
 *
 * <pre>
 * expression = term { "or" term }
 * term       = factor { "and" factor }
 * factor     = "not" factor | "(" expression ")" | test
 * test       = field                                       holds if the field is true
 *            | field "exists"
 *            | field operator value
 *            | field "in" "(" value { "," value } ")"
 * </pre>
 *
 * <p>A field is a {@link FieldWord}, or a component of the event's record by its name, with dots into records: {@code
 * from.pid}. Operators are {@link Comparison}'s. A value is a word, a number ({@code 42}, {@code 0xff}, {@code 4K}, {@code
 * 1.5ms}), or text in single or double quotes with escapes as in C.
 *
 * <p>A test of a field that the event does not have never holds, {@code !=} among them: {@code not} before it does. Where
 * a field has several values a test holds if it does for one of them.
 */
public final class Filter implements Predicate<GuestEvent> {
    /** Lets everything through. */
    public static final Filter EVERYTHING = new Filter(_ -> true);

    private final Predicate<GuestEvent> root;

    private Filter(Predicate<GuestEvent> root) {
        this.root = root;
    }

    /**
     * Reads a filter; any component name may be in it.
     *
     * @throws SyntaxException if it makes no sense
     */
    public static Filter parse(String expression) {
        return new Filter(new Parser(expression, List.of()).parse());
    }

    /**
     * The same for events of known kinds: components that none of them has are mistakes.
     *
     * @param eventTypes records that implement {@link GuestEvent}; if there are none, or one is no record, any name will do
     */
    public static Filter parse(String expression, Collection<Class<? extends GuestEvent>> eventTypes) {
        return new Filter(new Parser(expression, Components.names(eventTypes)).parse());
    }

    @Override
    public boolean test(GuestEvent event) {
        return root.test(event);
    }
}
