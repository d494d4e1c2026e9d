package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.export.Graph;
import dev.retrovisor.introspect.inspect.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Who talks to whom, added up from the events of an {@link IpcStream}. */
public final class IpcGraph implements Consumer<GuestEvent> {
    /**
     * What went from one process to another over one channel. Memory that is shared counts a message each time that a
     * process begins to share it with another.
     *
     * @param fromComm the name that the process had when it was last seen, raw
     * @param kind {@link ChannelKind#word}
     */
    public record Link(
            int fromPid,
            String fromComm,
            int toPid,
            String toComm,
            String kind,
            String channel,
            long messages,
            @Column(Column.Style.BYTES) long bytes) {}

    /** A process; with number 0 what is none, told by its name. */
    public record Process(int pid, String comm) {}

    /** What tells one end from others; the name of a process changes. */
    private record End(int pid, String name) {
        static End of(int pid, String comm) {
            return new End(pid, pid == 0 ? comm : "");
        }

        String id() {
            return pid == 0 ? name : Integer.toString(pid);
        }
    }

    private record Key(End from, End to, String kind, String channel) {}

    private static final class Sum {
        private long messages;
        private long bytes;
    }

    private final Map<End, String> names = new LinkedHashMap<>();
    private final Map<Key, Sum> sums = new LinkedHashMap<>();

    @Override
    public void accept(GuestEvent event) {
        switch (event) {
            case Transfer transfer -> {
                End from = seen(transfer.fromPid(), transfer.fromComm());
                End to = seen(transfer.toPid(), transfer.toComm());
                add(from, to, transfer.type(), transfer.channel(), transfer.messages(), transfer.bytes());
            }
            case Sharing sharing
            when !sharing.type().equals("detach") -> {
                End to = seen(sharing.pid(), sharing.comm());
                for (int sharer : sharing.sharers()) {
                    End from = End.of(sharer, "");
                    names.putIfAbsent(from, "");
                    add(from, to, sharing.kind(), sharing.channel(), 1, 0);
                }
            }
            default -> {
                // Of another stream that is watched as well, or the end of sharing.
            }
        }
    }

    private End seen(int pid, String comm) {
        End end = End.of(pid, comm);
        names.put(end, comm);
        return end;
    }

    private void add(End from, End to, String kind, String channel, long messages, long bytes) {
        Sum sum = sums.computeIfAbsent(new Key(from, to, kind, channel), _ -> new Sum());
        sum.messages += messages;
        sum.bytes += bytes;
    }

    /** All links that have a wanted process at an end, the busiest first. */
    public List<Link> links(IntPredicate wanted) {
        var links = new ArrayList<Link>();
        sums.forEach((key, sum) -> {
            if (wanted.test(key.from.pid) || wanted.test(key.to.pid)) {
                links.add(new Link(
                        key.from.pid,
                        names.get(key.from),
                        key.to.pid,
                        names.get(key.to),
                        key.kind,
                        key.channel,
                        sum.messages,
                        sum.bytes));
            }
        });
        links.sort(Comparator.comparingLong(Link::messages)
                .thenComparingLong(Link::bytes)
                .reversed());
        return links;
    }

    /** The ends of links, each once. */
    public static List<Process> processes(List<Link> links) {
        Set<Process> processes = new LinkedHashSet<>();
        for (Link link : links) {
            processes.add(new Process(link.fromPid, link.fromComm));
            processes.add(new Process(link.toPid, link.toComm));
        }
        return List.copyOf(processes);
    }

    /** Links to draw: those of one kind between the same two are one edge. */
    public static Graph graph(List<Link> links) {
        record Pair(End from, End to, String kind) {}
        Map<Pair, Sum> edges = new LinkedHashMap<>();
        Map<End, Long> weights = new LinkedHashMap<>();
        for (Link link : links) {
            End from = End.of(link.fromPid, link.fromComm);
            End to = End.of(link.toPid, link.toComm);
            Sum sum = edges.computeIfAbsent(new Pair(from, to, link.kind), _ -> new Sum());
            sum.messages += link.messages;
            sum.bytes += link.bytes;
            weights.merge(from, link.messages, Long::sum);
            weights.merge(to, link.messages, Long::sum);
        }
        var nodes = processes(links).stream()
                .map(process -> {
                    End end = End.of(process.pid, process.comm);
                    String label = process.pid == 0 ? process.comm : "%s %d".formatted(process.comm, process.pid);
                    return new Graph.Node(end.id(), label, weights.get(end));
                })
                .toList();
        var lines = new ArrayList<Graph.Edge>();
        edges.forEach((pair, sum) ->
                lines.add(new Graph.Edge(pair.from.id(), pair.to.id(), label(pair.kind, sum), sum.messages)));
        return new Graph(nodes, lines);
    }

    private static String label(String kind, Sum sum) {
        return sum.bytes == 0
                ? "%s: %d".formatted(kind, sum.messages)
                : "%s: %d, %d B".formatted(kind, sum.messages, sum.bytes);
    }
}
