package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * UDP through the host's sockets: one connected socket a flow, so that the host tells of refused ports and lets in the
 * flow's peer only (a symmetric NAT by RFC 4787's words); a bound socket a forwarded port. A flow ends when it was quiet
 * for three minutes, or when 256 others were used after it. What does not fit the frame queue is dropped, as UDP may be.
 */
final class UdpTable implements ChannelHandler {
    private static final int MAX_FLOWS = 256;
    private static final long IDLE_NANOS = 180_000_000_000L;
    private static final int MAX_DATA_BYTES = 65507;
    /** One socket must not keep the thread from the others. */
    private static final int READS_A_TURN = 32;

    private sealed interface Carrier {}

    /** From the guest to anyone. */
    private record Outgoing(DatagramChannel channel) implements Carrier {}

    /** From a peer that sent to a forwarded port. */
    private record Incoming(DatagramChannel listener, InetSocketAddress peer) implements Carrier {}

    private static final class Flow implements ChannelHandler {
        final UdpTable table;
        final FlowKey key;
        final Carrier carrier;
        long lastUseNanos;
        byte[] quote = {};

        Flow(UdpTable table, FlowKey key, Carrier carrier) {
            this.table = table;
            this.key = key;
            this.carrier = carrier;
        }

        @Override
        public void ready(SelectionKey selection, long nowNanos) {
            lastUseNanos = nowNanos;
            table.readFlow(this, (DatagramChannel) selection.channel());
        }
    }

    private record Listener(DatagramChannel channel, HostForward forward) {}

    private record Origin(DatagramChannel listener, InetSocketAddress peer) {}

    private final AddressPlan plan;
    private final Ipv4Output output;
    private final Icmp icmp;
    private final Selector selector;
    /** In the order of use. */
    private final Map<FlowKey, Flow> flows = new LinkedHashMap<>(64, 0.75f, true);

    private final Map<Origin, FlowKey> origins = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final ByteBuffer received = ByteBuffer.allocate(MAX_DATA_BYTES);

    UdpTable(AddressPlan plan, Ipv4Output output, Icmp icmp, Selector selector) {
        this.plan = plan;
        this.output = output;
        this.icmp = icmp;
        this.selector = selector;
    }

    void listen(DatagramChannel channel, HostForward forward) throws IOException {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
        listeners.add(new Listener(channel, forward));
    }

    void receive(UdpDatagram datagram, long nowNanos) {
        FlowKey key = datagram.flow();
        Flow flow = flows.get(key);
        if (flow == null) {
            switch (plan.place(key.remoteAddress())) {
                case HOST, OUTSIDE -> flow = open(datagram, nowNanos);
                case DNS -> icmp.unreachable(datagram.packet(), Icmp.Unreachable.PORT);
                case PROHIBITED -> icmp.unreachable(datagram.packet(), Icmp.Unreachable.PROHIBITED);
                case NOWHERE -> {}
            }
        }
        if (flow != null) {
            flow.lastUseNanos = nowNanos;
            flow.quote = datagram.packet().quote();
            send(flow, datagram);
        }
    }

    private Flow open(UdpDatagram datagram, long nowNanos) {
        FlowKey key = datagram.flow();
        if (key.remotePort() == 0) {
            return null;
        }
        DatagramChannel channel = null;
        try {
            channel = DatagramChannel.open();
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(plan.socketAddress(key.remoteAddress()), key.remotePort()));
            Flow flow = new Flow(this, key, new Outgoing(channel));
            channel.register(selector, SelectionKey.OP_READ, flow);
            add(flow, nowNanos);
            return flow;
        } catch (IOException _) {
            // No route, or no descriptors left: the guest learns what a router would say.
            if (channel != null) {
                Channels.close(channel);
            }
            icmp.unreachable(datagram.packet(), Icmp.Unreachable.HOST);
            return null;
        }
    }

    private void add(Flow flow, long nowNanos) {
        flow.lastUseNanos = nowNanos;
        flows.put(flow.key, flow);
        if (flows.size() > MAX_FLOWS) {
            remove(flows.values().iterator().next());
        }
    }

    private void remove(Flow flow) {
        flows.remove(flow.key);
        switch (flow.carrier) {
            case Outgoing(DatagramChannel channel) -> Channels.close(channel);
            case Incoming(DatagramChannel listener, InetSocketAddress peer) ->
                origins.remove(new Origin(listener, peer));
        }
    }

    private void send(Flow flow, UdpDatagram datagram) {
        try {
            switch (flow.carrier) {
                case Outgoing(DatagramChannel channel) -> channel.write(datagram.dataBuffer());
                case Incoming(DatagramChannel listener, InetSocketAddress peer) ->
                    listener.send(datagram.dataBuffer(), peer);
            }
        } catch (PortUnreachableException _) {
            // An error of an earlier datagram, reported now; the one in hand was not sent either.
            icmp.unreachable(flow.key.guestAddress(), flow.quote, Icmp.Unreachable.PORT);
        } catch (IOException _) {
            icmp.unreachable(flow.key.guestAddress(), flow.quote, Icmp.Unreachable.HOST);
        }
    }

    private void readFlow(Flow flow, DatagramChannel channel) {
        try {
            for (int i = 0; i < READS_A_TURN; i++) {
                received.clear();
                // A connected channel gives 0 both for nothing there and for an empty datagram: receive() tells them
                // apart.
                if (channel.receive(received) == null) {
                    return;
                }
                deliver(flow.key);
            }
        } catch (PortUnreachableException _) {
            icmp.unreachable(flow.key.guestAddress(), flow.quote, Icmp.Unreachable.PORT);
        } catch (IOException _) {
            remove(flow);
        }
    }

    private void deliver(FlowKey key) {
        received.flip();
        byte[] frame = UdpDatagram.frame(received.remaining());
        received.get(frame, UdpDatagram.FRAME_DATA, received.remaining());
        UdpDatagram.fill(frame, key.remoteAddress(), key.remotePort(), key.guestAddress(), key.guestPort());
        output.send(frame, key.remoteAddress(), key.guestAddress(), Ipv4Packet.UDP);
    }

    /** A forwarded port has something. */
    @Override
    public void ready(SelectionKey selection, long nowNanos) {
        DatagramChannel channel = (DatagramChannel) selection.channel();
        HostForward forward = listeners.stream()
                .filter(listener -> listener.channel() == channel)
                .findFirst()
                .orElseThrow()
                .forward();
        for (int i = 0; i < READS_A_TURN; i++) {
            try {
                received.clear();
                InetSocketAddress peer = (InetSocketAddress) channel.receive(received);
                if (peer == null) {
                    return;
                }
                Flow flow = incoming(new Origin(channel, peer), forward, nowNanos);
                flow.lastUseNanos = nowNanos;
                deliver(flow.key);
            } catch (IOException _) {
                // An error that one peer's host reported says nothing about the next datagram.
            }
        }
    }

    private Flow incoming(Origin origin, HostForward forward, long nowNanos) {
        FlowKey known = origins.get(origin);
        if (known != null) {
            return flows.get(known);
        }
        int remote = plan.seenAs(origin.peer().getAddress());
        int port = origin.peer().getPort();
        FlowKey key = new FlowKey(forward.guestAddress().bits(), forward.guestPort(), remote, port);
        // Two peers can look the same to the guest (both behind the gateway's address): the later gets another port.
        while (flows.containsKey(key)) {
            port = port == 65535 ? 1024 : port + 1;
            key = new FlowKey(key.guestAddress(), key.guestPort(), remote, port);
        }
        Flow flow = new Flow(this, key, new Incoming(origin.listener(), origin.peer()));
        origins.put(origin, key);
        add(flow, nowNanos);
        return flow;
    }

    /** Ends quiet flows; the time of the next look, or {@link Long#MAX_VALUE}. */
    long runTimers(long nowNanos) {
        long next = Long.MAX_VALUE;
        for (Flow flow : List.copyOf(flows.values())) {
            long deadline = flow.lastUseNanos + IDLE_NANOS;
            if (deadline <= nowNanos) {
                remove(flow);
            } else {
                next = Math.min(next, deadline);
            }
        }
        return next;
    }

    void close() {
        List.copyOf(flows.values()).forEach(this::remove);
        listeners.forEach(listener -> Channels.close(listener.channel()));
    }
}
