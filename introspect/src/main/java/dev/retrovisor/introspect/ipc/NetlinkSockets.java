package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.SocketDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Netlink: requests to the kernel, its answers and notices, and messages between processes. */
final class NetlinkSockets implements Datagrams.Family {
    private static final int MOST_IN_FLIGHT = 1 << 16;

    /** The functions that put a message into a receiver's queue. */
    private static final String[] QUEUERS = {
        "netlink_unicast", "netlink_broadcast_filtered", "netlink_dump", "netlink_sendskb", "netlink_ack"
    };

    /** A send that is going on. */
    private static final class Sending {
        private final Sent sent;
        private boolean isToProcess;

        Sending(Sent sent) {
            this.sent = sent;
        }
    }

    private final Exchange exchange;
    private final Map<Long, Sending> sending = new HashMap<>();
    private final Map<Long, Sent> inFlight = new Bounded<>(MOST_IN_FLIGHT);

    NetlinkSockets(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("netlink_sendmsg", this::send);
        boolean any = false;
        for (String function : QUEUERS) {
            any |= exchange.beforeCall(function, "skb_queue_tail", this::queued);
        }
        exchange.require(any, "what is sent over netlink");
        new Datagrams(exchange).watch("netlink_recvmsg", "skb_recv_datagram", 1, "netlink", this);
    }

    private void send(int hart) {
        long socket = exchange.argument(hart, 0);
        var send =
                new Sending(exchange.sent(hart).with(exchange.payloads().ofMessage(hart, exchange.argument(hart, 1))));
        sending.put(exchange.task(hart), send);
        exchange.onReturn(hart, returning -> {
            sending.remove(exchange.task(returning));
            int bytes = (int) exchange.result(returning);
            if (bytes > 0 && !send.isToProcess) {
                exchange.handed(returning, ChannelKind.NETLINK, channel(socket), send.sent, Party.KERNEL)
                        .message(bytes);
            }
        });
    }

    private void queued(int hart) {
        long buffer = exchange.argument(hart, 1);
        KernelObject object = exchange.kernel().object("sk_buff", buffer);
        long sender = exchange.kernel()
                .object("netlink_skb_parms", object.addressOf("cb"))
                .get("portid");
        Sending send = sending.get(exchange.task(hart));
        inFlight.remove(buffer);
        // The kernel's own messages have no port; it makes most of them while somebody asks.
        if (send != null && sender != 0) {
            send.isToProcess = true;
            inFlight.put(buffer, send.sent);
        } else {
            byte[] payload =
                    exchange.payloads().ofKernel(object.get("data"), object.get("len") - object.get("data_len"));
            inFlight.put(buffer, exchange.sent(Party.KERNEL).with(payload));
        }
    }

    @Override
    public Datagrams.Message taken(long socket, long buffer) {
        Sent sent = inFlight.remove(buffer);
        return new Datagrams.Message(
                ChannelKind.NETLINK, channel(socket), sent == null ? Sent.BEFORE : sent, List.of());
    }

    private String channel(long socket) {
        KernelObject sock = exchange.kernel().object("socket", socket).to("sk");
        return switch (exchange.files().sockets().describe(sock)) {
            case SocketDescription.Netlink netlink -> "netlink:" + netlink.subsystemName();
            case SocketDescription.Internet _, SocketDescription.Unix _, SocketDescription.Other _ -> "netlink";
        };
    }
}
