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
    private static final int ROOM = 90;
    private static final int LEAST_RADIUS = 180;
    private static final int MARGIN = 170;
    private static final int BOX_HEIGHT = 26;
    private static final double LETTER = 7.2;
    private static final int LONGEST_LABEL = 40;
    private static final int TITLE_HEIGHT = 40;

    private final Graph graph;
    private final String title;
    private final double radius;
    private final double centreX;
    private final double centreY;
    private final Map<String, Place> places = new HashMap<>();
    private final StringBuilder svg = new StringBuilder();

    /** Where a node stands. */
    private record Place(double x, double y) {}

    private GraphSvg(Graph graph, String title) {
        this.graph = graph;
        this.title = title;
        radius = Math.max(LEAST_RADIUS, graph.nodes().size() * ROOM / (2 * Math.PI));
        centreX = radius + MARGIN;
        centreY = radius + MARGIN / 2.0 + TITLE_HEIGHT;
    }

    /** @param title stands above the graph */
    public static String render(Graph graph, String title) {
        return new GraphSvg(graph, title).render();
    }

    private String render() {
        place();
        String width = Xml.decimal(2 * centreX);
        String height = Xml.decimal(2 * (radius + MARGIN / 2.0) + TITLE_HEIGHT);
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
                    new Place(centreX + radius * Math.cos(angle), centreY + radius * Math.sin(angle)));
        }
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
        double bend = length * 0.12 + 18 * before;
        double controlX = (from.x() + to.x()) / 2 + dy / length * bend;
        double controlY = (from.y() + to.y()) / 2 - dx / length * bend;
        // The arrow ends at the box's rim, which is flatter than it is wide.
        double back = Math.min(length / 3, BOX_HEIGHT);
        double endX = to.x() - (to.x() - controlX) / Math.hypot(to.x() - controlX, to.y() - controlY) * back;
        double endY = to.y() - (to.y() - controlY) / Math.hypot(to.x() - controlX, to.y() - controlY) * back;
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
        // A third of the way: labels of edges that cross in the middle stay apart.
        label(
                from.x() * 0.45 + controlX * 0.44 + endX * 0.11,
                from.y() * 0.45 + controlY * 0.44 + endY * 0.11,
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
            text("label", x, y, shortened(label), label);
        }
    }

    private void node(Graph.Node node) {
        Place at = places.get(node.id());
        String shown = shortened(node.label());
        double width = Math.max(40, shown.length() * LETTER + 14);
        svg.append("<rect class=\"node\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%d\" rx=\"6\"/>\n"
                .formatted(
                        Xml.decimal(at.x() - width / 2),
                        Xml.decimal(at.y() - BOX_HEIGHT / 2.0),
                        Xml.decimal(width),
                        BOX_HEIGHT));
        text("name", at.x(), at.y(), shown, node.label());
    }

    /** Text with the whole of it as a tool tip. */
    private void text(String style, double x, double y, String shown, String whole) {
        svg.append("<text class=\"%s\" x=\"%s\" y=\"%s\">%s<title>%s</title></text>\n"
                .formatted(style, Xml.decimal(x), Xml.decimal(y), Xml.escaped(shown), Xml.escaped(whole)));
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_LABEL
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_LABEL - 1)) + "\u2026";
    }
}
