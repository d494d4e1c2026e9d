package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.SocketDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Unix sockets: streams, datagrams, packets, and the files that are passed over them. What is sent is an sk_buff in the
 * receiver's queue, of which a stream's reader may take a part.
 */
final class UnixSockets implements Datagrams.Family {
    private static final int MOST_IN_FLIGHT = 1 << 16;

    /** include/net/scm.h, {@code SCM_MAX_FD}. */
    private static final int MOST_FILES = 253;

    private static final int SEQPACKET = 5;

    /** A send that is going on, or went. */
    private static final class Sending {
        private final Sent sent;
        private final String socketName;
        private long queuedBytes;

        Sending(Sent sent, String socketName) {
            this.sent = sent;
            this.socketName = socketName;
        }
    }

    /** What one sk_buff holds: a part of what one call sent. */
    private record InFlight(Sent sent, String senderName, ByteQueue bytes) {}

    private final Exchange exchange;
    private final Map<Long, Sending> sending = new HashMap<>();
    private final Map<Long, InFlight> inFlight = new Bounded<>(MOST_IN_FLIGHT);

    UnixSockets(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        for (String function : new String[] {"unix_stream_sendmsg", "unix_dgram_sendmsg"}) {
            exchange.onFunction(function, this::beginSend);
            // Linux 7 puts a stream's buffer into the queue in line: it has its length when it is filled.
            exchange.require(
                    exchange.beforeCall(function, "skb_queue_tail", hart -> queued(hart, exchange.argument(hart, 1)))
                            || exchange.beforeCall(
                                    function,
                                    "skb_copy_datagram_from_iter",
                                    hart -> queued(hart, exchange.argument(hart, 0))),
                    "what is sent over unix sockets");
        }
        exchange.beforeCall("unix_stream_sendmsg", "sk_send_sigurg", hart -> {
            KernelObject receiver = exchange.kernel().object("unix_sock", exchange.argument(hart, 0));
            queued(hart, receiver.get("oob_skb"));
        });
        exchange.onFunction("unix_stream_read_actor", this::readStream);
        exchange.onFunction("unix_stream_splice_actor", this::readStream);
        new Datagrams(exchange).watch("__unix_dgram_recvmsg", "__skb_try_recv_datagram", 2, "unix datagrams", this);
    }

    private void beginSend(int hart) {
        Sent sent = exchange.sent(hart).with(exchange.payloads().ofMessage(hart, exchange.argument(hart, 1)));
        String name = exchange.kernel()
                .object("socket", exchange.argument(hart, 0))
                .follow("sk")
                .map(this::nameOf)
                .orElse("");
        sending.put(exchange.task(hart), new Sending(sent, name));
    }

    private void queued(int hart, long buffer) {
        Sending send = sending.get(exchange.task(hart));
        if (send == null) {
            return;
        }
        long length = exchange.kernel().object("sk_buff", buffer).get("len");
        var bytes = new ByteQueue();
        bytes.append(send.sent, length, send.queuedBytes);
        send.queuedBytes += length;
        inFlight.remove(buffer);
        inFlight.put(buffer, new InFlight(send.sent, send.socketName, bytes));
    }

    private void readStream(int hart) {
        long buffer = exchange.argument(hart, 0);
        KernelObject state = exchange.kernel().object("unix_stream_read_state", exchange.argument(hart, 3));
        if ((state.get("flags") & Exchange.PEEK) != 0) {
            return;
        }
        List<String> files = filesOf(buffer);
        long socket = state.get("socket");
        exchange.onReturn(hart, returning -> {
            int bytes = (int) exchange.result(returning);
            if (bytes <= 0) {
                return;
            }
            InFlight message = inFlight.get(buffer);
            String channel = channel(exchange.kernel().object("socket", socket).to("sk"), message);
            ByteQueue queue = message == null ? new ByteQueue() : message.bytes;
            queue.take(
                    bytes,
                    piece -> exchange.received(returning, ChannelKind.UNIX_STREAM, channel, piece.sent())
                            .files(files)
                            .piece(piece));
            if (queue.bytes() == 0) {
                inFlight.remove(buffer);
            }
        });
    }

    @Override
    public Datagrams.Message taken(long sock, long buffer) {
        KernelObject receiver = exchange.kernel().object("sock", sock);
        InFlight message = inFlight.remove(buffer);
        return new Datagrams.Message(
                receiver.getInt("sk_type") == SEQPACKET ? ChannelKind.UNIX_SEQPACKET : ChannelKind.UNIX_DATAGRAM,
                channel(receiver, message),
                message == null ? Sent.BEFORE : message.sent,
                filesOf(buffer));
    }

    /** The receiver's name, or the sender's, or else the number by which the receiver has its socket open. */
    private String channel(KernelObject receiver, InFlight message) {
        String own = nameOf(receiver);
        if (!own.isEmpty()) {
            return own;
        }
        return message != null && !message.senderName.isEmpty()
                ? message.senderName
                : "socket:[%d]".formatted(exchange.files().sockets().inodeOf(receiver));
    }

    private String nameOf(KernelObject sock) {
        return switch (exchange.files().sockets().describe(sock)) {
            // An abstract name begins with a zero byte, for which people write an @.
            case SocketDescription.Unix unix ->
                unix.name().startsWith("\0") ? "@" + unix.name().substring(1) : unix.name();
            case SocketDescription.Internet _, SocketDescription.Netlink _, SocketDescription.Other _ -> "";
        };
    }

    /** The files that an sk_buff carries. */
    private List<String> filesOf(long buffer) {
        KernelObject control = exchange.kernel()
                .object(
                        "unix_skb_parms",
                        exchange.kernel().object("sk_buff", buffer).addressOf("cb"));
        var names = new ArrayList<String>();
        control.follow("fp").ifPresent(list -> {
            int count = Math.clamp(list.getInt("count"), 0, MOST_FILES);
            for (int i = 0; i < count; i++) {
                KernelObject file = exchange.kernel().object("file", list.element("fp", i));
                names.add(exchange.files().paths().ofFile(file).toString());
            }
        });
        return names;
    }
}
