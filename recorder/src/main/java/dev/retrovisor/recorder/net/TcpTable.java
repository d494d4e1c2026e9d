package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All TCP connections: finds a segment's, makes new ones, gives each its turn to send. */
final class TcpTable implements ChannelHandler {
    private static final int MAX_CONNECTIONS = 512;
    /** The first ones get large buffers, a crowd gets small ones: together at most 88 MiB. */
    private static final int ROOMY_CONNECTIONS = 64;

    private static final int ROOMY_BUFFER_BYTES = 256 << 10;
    private static final int CROWDED_BUFFER_BYTES = 64 << 10;
    private static final int ACCEPTS_A_TURN = 16;

    private record Listener(ServerSocketChannel channel, HostForward forward) {}

    private final AddressPlan plan;
    private final TcpOutput output;
    private final Icmp icmp;
    private final FrameQueue queue;
    private final Selector selector;
    private final Resolvers resolvers;
    private final Map<FlowKey, TcpConnection> connections = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    /** Those that may have something to send. */
    private Set<TcpConnection> touched = new LinkedHashSet<>();

    TcpTable(AddressPlan plan, Ipv4Output output, Icmp icmp, FrameQueue queue, Selector selector, Resolvers resolvers) {
        this.plan = plan;
        this.output = new TcpOutput(output);
        this.icmp = icmp;
        this.queue = queue;
        this.selector = selector;
        this.resolvers = resolvers;
    }

    TcpOutput output() {
        return output;
    }

    Icmp icmp() {
        return icmp;
    }

    FrameQueue queue() {
        return queue;
    }

    Selector selector() {
        return selector;
    }

    void listen(ServerSocketChannel channel, HostForward forward) throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_ACCEPT, this);
        listeners.add(new Listener(channel, forward));
    }

    void receive(TcpSegment segment, long nowNanos) {
        FlowKey key = segment.flow();
        TcpConnection connection = connections.get(key);
        boolean opens = segment.has(TcpSegment.SYN) && !segment.has(TcpSegment.ACK) && !segment.has(TcpSegment.RST);
        if (connection != null && connection.isTimeWait() && opens) {
            connection.close(); // The guest uses the port again.
            connection = null;
        }
        if (connection != null) {
            connection.segment(segment, nowNanos);
            return;
        }
        switch (plan.place(key.remoteAddress())) {
            case HOST, OUTSIDE ->
                admit(segment, opens, nowNanos, List.of(target(key.remoteAddress(), key.remotePort())));
            case DNS -> {
                if (key.remotePort() == Dns.PORT) {
                    admit(segment, opens, nowNanos, resolvers.current());
                } else {
                    output.refuse(segment);
                }
            }
            case PROHIBITED -> icmp.unreachable(segment.packet(), Icmp.Unreachable.PROHIBITED);
            case NOWHERE -> {}
        }
    }

    private InetSocketAddress target(int address, int port) {
        return new InetSocketAddress(plan.socketAddress(address), port);
    }

    private void admit(TcpSegment segment, boolean opens, long nowNanos, List<InetSocketAddress> targets) {
        if (!opens || !hasPlace()) {
            output.refuse(segment);
            return;
        }
        TcpConnection connection = TcpConnection.fromGuest(segment, this, bufferBytes(), targets, nowNanos);
        connections.put(connection.key(), connection);
        connection.connect(nowNanos);
    }

    /** Makes place by what only waits for a last repetition, if need be. */
    private boolean hasPlace() {
        if (connections.size() >= MAX_CONNECTIONS) {
            connections.values().stream()
                    .filter(TcpConnection::isTimeWait)
                    .findFirst()
                    .ifPresent(TcpConnection::close);
        }
        return connections.size() < MAX_CONNECTIONS;
    }

    private int bufferBytes() {
        return connections.size() < ROOMY_CONNECTIONS ? ROOMY_BUFFER_BYTES : CROWDED_BUFFER_BYTES;
    }

    /** A forwarded port has peers. */
    @Override
    public void ready(SelectionKey selection, long nowNanos) {
        ServerSocketChannel channel = (ServerSocketChannel) selection.channel();
        HostForward forward = listeners.stream()
                .filter(listener -> listener.channel() == channel)
                .findFirst()
                .orElseThrow()
                .forward();
        for (int i = 0; i < ACCEPTS_A_TURN; i++) {
            SocketChannel accepted;
            try {
                accepted = channel.accept();
            } catch (IOException _) {
                return; // No descriptors left: the peer stays in the host's backlog.
            }
            if (accepted == null) {
                return;
            }
            try {
                join(accepted, forward, nowNanos);
            } catch (IOException _) {
                Channels.close(accepted); // Gone already.
            }
        }
    }

    private void join(SocketChannel accepted, HostForward forward, long nowNanos) throws IOException {
        if (!hasPlace()) {
            Channels.close(accepted);
            return;
        }
        InetSocketAddress peer = (InetSocketAddress) accepted.getRemoteAddress();
        int remote = plan.seenAs(peer.getAddress());
        int port = peer.getPort();
        FlowKey key = new FlowKey(forward.guestAddress().bits(), forward.guestPort(), remote, port);
        // Two peers can look the same to the guest (both behind the gateway's address): the later gets another port.
        while (connections.containsKey(key)) {
            port = port == 65535 ? 1024 : port + 1;
            key = new FlowKey(key.guestAddress(), key.guestPort(), remote, port);
        }
        connections.put(key, TcpConnection.fromHost(key, this, bufferBytes(), accepted, nowNanos));
    }

    void touch(TcpConnection connection) {
        touched.add(connection);
    }

    void remove(TcpConnection connection) {
        connections.remove(connection.key(), connection);
        touched.remove(connection);
    }

    /**
     * Lets the connections send, in turns, until none has more or the queue is full.
     *
     * @return whether some wait for room in the queue
     */
    boolean flush(long nowNanos) {
        while (!touched.isEmpty()) {
            Set<TcpConnection> turn = touched;
            touched = new LinkedHashSet<>();
            for (TcpConnection connection : turn) {
                if (!connection.isClosed() && connection.flush(nowNanos)) {
                    touched.add(connection);
                }
            }
            if (!touched.isEmpty() && !queue.hasRoom()) {
                return true;
            }
        }
        return false;
    }

    /** Lets run out what has; the next deadline, or {@link Long#MAX_VALUE}. */
    long runTimers(long nowNanos) {
        long next = Long.MAX_VALUE;
        List<TcpConnection> due = new ArrayList<>();
        for (TcpConnection connection : connections.values()) {
            long deadline = connection.deadline();
            if (deadline <= nowNanos) {
                due.add(connection);
            } else {
                next = Math.min(next, deadline);
            }
        }
        due.forEach(connection -> connection.onTimer(nowNanos));
        return due.isEmpty() ? next : nowNanos;
    }

    void close() {
        List.copyOf(connections.values()).forEach(TcpConnection::close);
        listeners.forEach(listener -> Channels.close(listener.channel()));
    }
}
