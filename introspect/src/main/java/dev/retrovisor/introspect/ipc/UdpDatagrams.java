package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.ipc.Internet.Way;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.InternetAddress;
import java.util.List;
import java.util.Map;

/**
 * UDP. A datagram over loopback keeps its bytes where they are while the sk_buff around them may be cloned, so it is known by
 * their address, and by its ports and length, as that address is used again.
 */
final class UdpDatagrams implements Datagrams.Family {
    private static final int MOST_IN_FLIGHT = 1 << 16;
    private static final int HEADER_BYTES = 8;
    private static final int V4_SOURCE = 12;
    private static final int V6_SOURCE = 8;

    /** The lowest bit of _skb_refdst says that the reference is not counted. */
    private static final long NOT_COUNTED = 1;

    /** The number of the loopback interface in each network namespace. */
    private static final int LOOPBACK = 1;

    private record InFlight(Sent sent, Way way, long bytes) {}

    private final Exchange exchange;
    private final Map<Long, InFlight> inFlight = new Bounded<>(MOST_IN_FLIGHT);

    UdpDatagrams(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("udp_send_skb", hart -> send(hart, "flowi4"));
        exchange.onFunction("udp_v6_send_skb", hart -> send(hart, "flowi6"));
        var datagrams = new Datagrams(exchange);
        datagrams.watch("udp_recvmsg", "__skb_recv_udp", 1, "UDP", this);
        datagrams.watch("udpv6_recvmsg", "__skb_recv_udp", 1, "UDP over IPv6", this);
    }

    private void send(int hart, String flowType) {
        KernelObject buffer = exchange.kernel().object("sk_buff", exchange.argument(hart, 0));
        KernelObject flow = exchange.kernel().object(flowType, exchange.argument(hart, 1));
        long header = buffer.get("head") + buffer.get("transport_header");
        long bytes = buffer.get("len") - (header - buffer.get("data")) - HEADER_BYTES;
        byte[] payload = exchange.payloads()
                .ofKernel(header + HEADER_BYTES, Math.min(bytes, buffer.get("len") - buffer.get("data_len")));
        Sent sent = exchange.sent(hart).with(payload);
        var way = new Way(
                buffer.follow("sk")
                        .map(sock -> sock.get("__sk_common.skc_net.net"))
                        .orElse(0L),
                Internet.address(flow, "saddr"),
                Internet.port(flow.get("uli.ports.sport")),
                Internet.address(flow, "daddr"),
                Internet.port(flow.get("uli.ports.dport")));
        if (Internet.isInside(exchange, buffer.get("_skb_refdst") & ~NOT_COUNTED)) {
            inFlight.remove(buffer.get("head"));
            inFlight.put(buffer.get("head"), new InFlight(sent, way, bytes));
        } else {
            exchange.onReturn(hart, returning -> {
                if ((int) exchange.result(returning) == 0) {
                    exchange.handed(returning, ChannelKind.UDP, way.text(), sent, Party.NETWORK)
                            .message(bytes);
                }
            });
        }
    }

    @Override
    public Datagrams.Message taken(long sock, long address) {
        KernelObject buffer = exchange.kernel().object("sk_buff", address);
        long network = exchange.kernel().object("sock", sock).get("__sk_common.skc_net.net");
        Way way = way(buffer, network);
        boolean isInside = buffer.getInt("skb_iif") == LOOPBACK;
        InFlight known = isInside ? inFlight.get(buffer.get("head")) : null;
        Sent sent;
        if (known != null && known.way.equals(way) && known.bytes == buffer.get("len")) {
            sent = known.sent;
        } else {
            sent = new Sent(isInside ? Party.BEFORE : Party.NETWORK, 0, 0, Sent.NOTHING);
        }
        return new Datagrams.Message(ChannelKind.UDP, way.text(), sent, List.of());
    }

    /** As the headers have it: RFC 791, RFC 8200, RFC 768. */
    private static Way way(KernelObject buffer, long network) {
        long head = buffer.get("head");
        long internet = head + buffer.get("network_header");
        long ports = head + buffer.get("transport_header");
        boolean isV6 = buffer.space().readByte(internet) >>> 4 == 6;
        int length = isV6 ? InternetAddress.V6_BYTES : InternetAddress.V4_BYTES;
        long from = internet + (isV6 ? V6_SOURCE : V4_SOURCE);
        return new Way(
                network,
                InternetAddress.text(buffer.space().read(from, length)),
                Internet.port(buffer.space().readShort(ports)),
                InternetAddress.text(buffer.space().read(from + length, length)),
                Internet.port(buffer.space().readShort(ports + 2)));
    }
}
