package dev.retrovisor.introspect.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Pictures of graphs hold what names say, whatever that is, and nothing that names do. */
class GraphTest {
    private static final String HOSTILE = "a\"];\nx -> y; </text><script>alert(1)</script>&amp;\u001b[2J\\\u202e\ud800";

    private static Graph graph(String label) {
        return new Graph(
                List.of(new Graph.Node("1", label, 3), new Graph.Node("2", "b", 2)),
                List.of(
                        new Graph.Edge("1", "2", label, 10),
                        new Graph.Edge("1", "2", "again", 5),
                        new Graph.Edge("2", "2", "itself", 0)));
    }

    private static Document parse(String svg) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new AssertionError("no XML: " + svg, e);
        }
    }

    @Test
    void aHostileNameStaysTextInSvg() {
        Document svg = parse(GraphSvg.render(graph(HOSTILE), HOSTILE));

        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        NodeList titles = svg.getElementsByTagName("title");
        assertThat(IntStream.range(0, titles.getLength())
                        .mapToObj(i -> titles.item(i).getTextContent()))
                .anyMatch(text -> text.contains("</text><script>alert(1)</script>&amp;")
                        && text.contains("U+001B")
                        && text.contains("U+202E")
                        && text.contains("U+D800"));
    }

    @Test
    void svgHasABoxANodeAndALineAnEdge() {
        Document svg = parse(GraphSvg.render(graph("a"), "title"));

        assertThat(countOf(svg, "rect", "node")).isEqualTo(2);
        assertThat(countOf(svg, "path", "edge")).isEqualTo(3);
    }

    private static long countOf(Document svg, String tag, String style) {
        NodeList found = svg.getElementsByTagName(tag);
        return IntStream.range(0, found.getLength())
                .mapToObj(found::item)
                .filter(node -> node.getAttributes().getNamedItem("class") != null)
                .filter(node -> node.getAttributes()
                        .getNamedItem("class")
                        .getNodeValue()
                        .equals(style))
                .count();
    }

    @Test
    void anEmptyGraphIsAPictureToo() {
        var empty = new Graph(List.of(), List.of());

        parse(GraphSvg.render(empty, "nothing"));
        assertThat(GraphDot.render(empty, "nothing")).startsWith("digraph {").endsWith("}\n");
    }

    @Test
    void aHostileNameStaysInItsQuotesInDot() {
        String dot = GraphDot.render(graph(HOSTILE), "title");

        // What is left without quoted strings and without the escapes in them is ours.
        String outside = dot.replace("\\\\", "").replace("\\\"", "").replaceAll("\"[^\"]*\"", "_");
        assertThat(outside).doesNotContain("x -> y").doesNotContain("script").doesNotContain("\u001b");
        assertThat(outside.lines().filter(line -> line.contains("->"))).hasSize(3);
    }

    @Test
    void anEdgeNeedsTwoNodes() {
        assertThatThrownBy(() -> new Graph(List.of(), List.of(new Graph.Edge("1", "2", "", 0))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Graph(List.of(new Graph.Node("1", "", 0), new Graph.Node("1", "", 0)), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
