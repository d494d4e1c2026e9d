package dev.retrovisor.introspect.export;

import java.util.HashMap;
import java.util.Map;

/** A graph in Graphviz's language. Nodes are numbered: nothing of the guest's stands outside a quoted label. */
public final class GraphDot {
    private static final double THINNEST = 1;
    private static final double THICKEST = 6;

    private GraphDot() {}

    /** @param title stands above the graph */
    public static String render(Graph graph, String title) {
        Map<String, Integer> numbers = new HashMap<>();
        StringBuilder dot = new StringBuilder("digraph {\n");
        dot.append("  label=").append(quoted(title)).append(";\n");
        dot.append("  labelloc=t;\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
        for (Graph.Node node : graph.nodes()) {
            numbers.put(node.id(), numbers.size());
            dot.append("  n%d [label=%s];\n".formatted(numbers.get(node.id()), quoted(node.label())));
        }
        long heaviest = heaviest(graph);
        for (Graph.Edge edge : graph.edges()) {
            dot.append("  n%d -> n%d [label=%s, penwidth=%s];\n"
                    .formatted(
                            numbers.get(edge.from()),
                            numbers.get(edge.to()),
                            quoted(edge.label()),
                            Xml.decimal(thickness(edge.weight(), heaviest))));
        }
        return dot.append("}\n").toString();
    }

    static long heaviest(Graph graph) {
        return graph.edges().stream().mapToLong(Graph.Edge::weight).max().orElse(0);
    }

    /** By the weight's logarithm: traffic spans many orders of magnitude. */
    static double thickness(long weight, long heaviest) {
        return heaviest <= 0
                ? THINNEST
                : THINNEST + (THICKEST - THINNEST) * Math.log1p(Math.max(weight, 0)) / Math.log1p(heaviest);
    }

    /**
     * A string in double quotes. Only the quote ends one, and a backslash makes an escape of what follows; control
     * characters would be legal and are shown as their numbers.
     */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                default -> Xml.appendVisible(quoted, point);
            }
        });
        // Graphviz reads HTML entities in labels: an ampersand must not begin one.
        return quoted.append('"').toString().replace("&", "&amp;");
    }
}
