package dev.retrovisor.introspect.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph as an SVG picture: nodes on a circle, the heaviest first and clockwise from the top, edges as bows through its
 * inside with an arrow and a label. The picture needs no script, no font of its own and nothing from outside.
 */
public final class GraphSvg {
    private static final int LEAST_ROOM = 90;
    private static final int LEAST_RADIUS = 180;
    private static final int MARGIN = 60;
    private static final int BOX_HEIGHT = 26;
    private static final double LETTER = 7.2;
    private static final int LEAST_WIDTH = 40;
    private static final int PADDING = 14;
    private static final int LONGEST_LABEL = 32;
    private static final int TITLE_HEIGHT = 40;

    private final Graph graph;
    private final String title;
    private final double radius;
    private final double centreX;
    private final double centreY;
    private final Map<String, Place> places = new HashMap<>();
    private final StringBuilder svg = new StringBuilder();

    /** Where a node's box has its middle. */
    private record Place(double x, double y, double width) {
        /** How far from the middle a line towards (dx, dy), a vector of length 1, leaves the box. */
        double rim(double dx, double dy) {
            return Math.min(width / 2 / Math.max(Math.abs(dx), 1e-9), BOX_HEIGHT / 2.0 / Math.max(Math.abs(dy), 1e-9));
        }
    }

    private GraphSvg(Graph graph, String title) {
        this.graph = graph;
        this.title = title;
        double widest =
                graph.nodes().stream().mapToDouble(GraphSvg::width).max().orElse(LEAST_WIDTH);
        // Boxes stand side by side where the circle is flat, and above each other where it is steep.
        double room = Math.max(LEAST_ROOM, widest * 0.8);
        radius = Math.max(LEAST_RADIUS, graph.nodes().size() * room / (2 * Math.PI));
        centreX = radius + MARGIN + widest / 2;
        centreY = radius + MARGIN + TITLE_HEIGHT;
    }

    /** @param title stands above the graph */
    public static String render(Graph graph, String title) {
        return new GraphSvg(graph, title).render();
    }

    private String render() {
        place();
        String width = Xml.decimal(2 * centreX);
        String height = Xml.decimal(2 * (radius + MARGIN) + TITLE_HEIGHT);
        svg.append("""
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s">
                <style>
                text { font: 12px monospace; text-anchor: middle; dominant-baseline: central; fill: #222 }
                .edge { fill: none; stroke: #5b7db1; stroke-opacity: 0.75 }
                .node { fill: #fdf6e3; stroke: #7a6a3a }
                .label { font-size: 10px; fill: #345; paint-order: stroke; stroke: #fff; stroke-width: 3px }
                .title { font-size: 16px }
                </style>
                <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" \
                markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#5b7db1"/></marker></defs>
                <rect width="100%%" height="100%%" fill="#fff"/>
                """.formatted(width, height, width, height));
        text("title", centreX, TITLE_HEIGHT / 2.0, title, title);
        edges();
        for (Graph.Node node : graph.nodes()) {
            node(node);
        }
        return svg.append("</svg>\n").toString();
    }

    private void place() {
        List<Graph.Node> order = new ArrayList<>(graph.nodes());
        order.sort(Comparator.comparingLong(Graph.Node::weight).reversed());
        for (int i = 0; i < order.size(); i++) {
            double angle = 2 * Math.PI * i / order.size() - Math.PI / 2;
            places.put(
                    order.get(i).id(),
                    new Place(
                            centreX + radius * Math.cos(angle),
                            centreY + radius * Math.sin(angle),
                            width(order.get(i))));
        }
    }

    private static double width(Graph.Node node) {
        return Math.max(LEAST_WIDTH, shown(node.label()).length() * LETTER + PADDING);
    }

    private void edges() {
        long heaviest = GraphDot.heaviest(graph);
        Map<String, Integer> parallel = new HashMap<>();
        for (Graph.Edge edge : graph.edges()) {
            int before = parallel.merge(edge.from() + "\0" + edge.to(), 1, Integer::sum) - 1;
            Place from = places.get(edge.from());
            Place to = places.get(edge.to());
            double thickness = GraphDot.thickness(edge.weight(), heaviest);
            if (edge.from().equals(edge.to())) {
                loop(from, edge, before, thickness);
            } else {
                bow(from, to, edge, before, thickness);
            }
        }
    }

    /** Bends to the left of its direction, so that both ways between two nodes are apart. */
    private void bow(Place from, Place to, Graph.Edge edge, int before, double thickness) {
        double dx = to.x() - from.x();
        double dy = to.y() - from.y();
        double length = Math.max(1, Math.hypot(dx, dy));
        double bend = length * 0.12 + 30 * before;
        double controlX = (from.x() + to.x()) / 2 + dy / length * bend;
        double controlY = (from.y() + to.y()) / 2 - dx / length * bend;
        double last = Math.max(1, Math.hypot(to.x() - controlX, to.y() - controlY));
        double towardsX = (to.x() - controlX) / last;
        double towardsY = (to.y() - controlY) / last;
        double endX = to.x() - towardsX * (to.rim(towardsX, towardsY) + 2);
        double endY = to.y() - towardsY * (to.rim(towardsX, towardsY) + 2);
        path(
                "M%s,%s Q%s,%s %s,%s"
                        .formatted(
                                Xml.decimal(from.x()),
                                Xml.decimal(from.y()),
                                Xml.decimal(controlX),
                                Xml.decimal(controlY),
                                Xml.decimal(endX),
                                Xml.decimal(endY)),
                thickness);
        // Before the middle, where many edges cross; those beside it a little further on.
        double along = Math.min(0.32 + 0.13 * before, 0.9);
        double first = (1 - along) * (1 - along);
        double second = 2 * along * (1 - along);
        double third = along * along;
        label(
                first * from.x() + second * controlX + third * endX,
                first * from.y() + second * controlY + third * endY,
                edge.label());
    }

    private void loop(Place at, Graph.Edge edge, int before, double thickness) {
        double outwards = Math.signum(at.y() - centreY) < 0 ? -1 : 1;
        double reach = 46 + 22 * before;
        double edgeY = at.y() + outwards * BOX_HEIGHT / 2;
        path(
                "M%s,%s C%s,%s %s,%s %s,%s"
                        .formatted(
                                Xml.decimal(at.x() - 12),
                                Xml.decimal(edgeY),
                                Xml.decimal(at.x() - 40),
                                Xml.decimal(edgeY + outwards * reach),
                                Xml.decimal(at.x() + 40),
                                Xml.decimal(edgeY + outwards * reach),
                                Xml.decimal(at.x() + 12),
                                Xml.decimal(edgeY)),
                thickness);
        label(at.x(), edgeY + outwards * reach * 0.75, edge.label());
    }

    private void path(String data, double thickness) {
        svg.append("<path class=\"edge\" d=\"%s\" stroke-width=\"%s\" marker-end=\"url(#arrow)\"/>\n"
                .formatted(data, Xml.decimal(thickness)));
    }

    private void label(double x, double y, String label) {
        if (!label.isEmpty()) {
            text("label", x, y, shown(label), label);
        }
    }

    private void node(Graph.Node node) {
        Place at = places.get(node.id());
        svg.append("<rect class=\"node\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%d\" rx=\"6\"/>\n"
                .formatted(
                        Xml.decimal(at.x() - at.width() / 2),
                        Xml.decimal(at.y() - BOX_HEIGHT / 2.0),
                        Xml.decimal(at.width()),
                        BOX_HEIGHT));
        text("name", at.x(), at.y(), shown(node.label()), node.label());
    }

    /** Text with the whole of it as a tool tip. */
    private void text(String style, double x, double y, String shown, String whole) {
        svg.append("<text class=\"%s\" x=\"%s\" y=\"%s\">%s<title>%s</title></text>\n"
                .formatted(style, Xml.decimal(x), Xml.decimal(y), Xml.escaped(shown), Xml.escaped(whole)));
    }

    /** What can be shown of a text in the picture. */
    private static String shown(String text) {
        String visible = Xml.visible(text);
        return visible.codePointCount(0, visible.length()) <= LONGEST_LABEL
                ? visible
                : visible.substring(0, visible.offsetByCodePoints(0, LONGEST_LABEL - 1)) + "\u2026";
    }
}
