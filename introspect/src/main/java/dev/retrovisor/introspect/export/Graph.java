package dev.retrovisor.introspect.export;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A directed graph to draw or to write. Labels are raw text and may be anything.
 *
 * @param nodes each with an id of its own
 * @param edges between ids of {@code nodes}; several between the same two are drawn one beside the other
 */
public record Graph(List<Node> nodes, List<Edge> edges) {
    /**
     * A thing.
     *
     * @param id names it in edges and is never shown
     * @param weight how much goes on in it, not negative
     */
    public record Node(String id, String label, long weight) {}

    /**
     * Something that goes from one thing to another, or to itself.
     *
     * @param weight how much of it, not negative: heavy edges are drawn thick
     */
    public record Edge(String from, String to, String label, long weight) {}

    /** @throws IllegalArgumentException if an id is there twice or an edge has an end that is no node */
    public Graph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
        Set<String> ids = HashSet.newHashSet(nodes.size());
        for (Node node : nodes) {
            if (!ids.add(node.id())) {
                throw new IllegalArgumentException("two nodes have the id " + node.id());
            }
        }
        for (Edge edge : edges) {
            if (!ids.contains(edge.from()) || !ids.contains(edge.to())) {
                throw new IllegalArgumentException(
                        "edge from %s to %s has an end that is no node".formatted(edge.from(), edge.to()));
            }
        }
    }
}
