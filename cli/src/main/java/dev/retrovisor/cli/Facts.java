package dev.retrovisor.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Labelled values for people, one a line, the labels in a column of their own. */
final class Facts {
    private record Fact(String label, String value) {}

    private final PrintStream to;
    private final UnaryOperator<String> labelStyle;
    private final List<Fact> facts = new ArrayList<>();

    /** For standard output. */
    Facts(Screen screen) {
        this(screen.out(), screen::dim);
    }

    private Facts(PrintStream to, UnaryOperator<String> labelStyle) {
        this.to = to;
        this.labelStyle = labelStyle;
    }

    static Facts onError(Screen screen) {
        return new Facts(screen.err(), screen::dimOnError);
    }

    Facts add(String label, String value) {
        facts.add(new Fact(label, value));
        return this;
    }

    /** Further lines under the last label. */
    Facts add(String label, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            add(i == 0 ? label : "", values.get(i));
        }
        return this;
    }

    void print() {
        int width = facts.stream().mapToInt(fact -> fact.label().length()).max().orElse(0);
        for (Fact fact : facts) {
            String label = fact.label() + " ".repeat(width - fact.label().length());
            to.println("  " + labelStyle.apply(label) + "  " + fact.value());
        }
    }
}
