package dev.retrovisor.introspect.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.export.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;

class IpcGraphTest {
    private static final Moment NOW = new Moment(1, 1, 0, 2, 2, "b");

    private final IpcGraph graph = new IpcGraph();

    private void send(int from, String fromComm, int to, String channel, long bytes) {
        graph.accept(new Transfer(
                NOW, "pipe", channel, from, from, fromComm, to, to, "b", bytes, 1, 0, 0, "", List.of(), new byte[0]));
    }

    @Test
    void whatGoesOverOneChannelIsAddedUpUnderTheLastName() {
        send(1, "sh", 2, "pipe:[1]", 10);
        send(1, "cat", 2, "pipe:[1]", 5);
        send(1, "cat", 2, "pipe:[2]", 1);

        assertThat(graph.links(_ -> true))
                .containsExactly(
                        new IpcGraph.Link(1, "cat", 2, "b", "pipe", "pipe:[1]", 2, 15),
                        new IpcGraph.Link(1, "cat", 2, "b", "pipe", "pipe:[2]", 1, 1));
    }

    @Test
    void aPictureHasOneEdgeForAllChannelsOfAKind() {
        send(1, "a", 2, "pipe:[1]", 10);
        send(1, "a", 2, "pipe:[2]", 5);
        send(0, "network", 2, "pipe:[3]", 0);
        send(0, "kernel", 2, "pipe:[3]", 0);

        Graph drawn = IpcGraph.graph(graph.links(_ -> true));

        assertThat(drawn.edges())
                .contains(new Graph.Edge("1", "2", "pipe: 2, 15 B", 2))
                .hasSize(3);
        assertThat(drawn.nodes()).extracting(Graph.Node::label).contains("a 1", "b 2", "network", "kernel");
    }

    @Test
    void onlyTheLinksOfAWantedProcessAreTold() {
        send(1, "a", 2, "pipe:[1]", 10);
        send(3, "c", 4, "pipe:[2]", 10);

        assertThat(graph.links(pid -> pid == 4))
                .extracting(IpcGraph.Link::fromPid)
                .containsExactly(3);
    }

    @Test
    void whoBeginsToShareMemoryIsLinkedWithThoseWhoHaveIt() {
        graph.accept(new Sharing(NOW, "attach", "shared-mapping", "/f", 2, "b", 0, 4096, 0, List.of(1, 3)));
        graph.accept(new Sharing(NOW, "detach", "shared-mapping", "/f", 2, "b", 0, 4096, 0, List.of(1, 3)));

        assertThat(graph.links(_ -> true)).extracting(IpcGraph.Link::fromPid).containsExactly(1, 3);
    }
}
