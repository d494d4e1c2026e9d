package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.ipc.Internet.Way;
import dev.retrovisor.introspect.kernel.KernelObject;
import java.util.HashMap;
import java.util.Map;

/**
 * TCP. Both ends count bytes with the same numbers, so what a reader takes is found among what was written by its sequence
 * number. Under the socket's lock, before anything can leave, what came to the end of the sequence is the writer's.
 */
final class TcpStreams {
    private static final int MOST_CONNECTIONS = 1 << 14;

    /** Where the writer's bytes may go out, or its lock be lent to others. */
    private static final String[] SENDING_STOPS = {
        "tcp_push", "tcp_push_one", "__tcp_push_pending_frames", "sk_stream_wait_memory", "__sk_flush_backlog"
    };

    /** Where a reader may lend its lock to others. */
    private static final String[] READING_STOPS = {"sk_wait_data", "__sk_flush_backlog"};

    /** Bytes that go one way. */
    private static final class Flow {
        private final ByteQueue queue = new ByteQueue();

        /** Sequence numbers of the first byte in the queue, and of the one behind the last. */
        private int start;

        private int end;
    }

    /** A write or read that a thread is in. */
    private static final class Call {
        private final long sock;
        private final Sent sent;

        /** The sequence number up to which it was seen to come. */
        private int sequence;

        private long bytes;

        Call(long sock, Sent sent, int sequence) {
            this.sock = sock;
            this.sent = sent;
            this.sequence = sequence;
        }
    }

    private final Exchange exchange;
    private final Map<Way, Flow> flows = new Bounded<>(MOST_CONNECTIONS);
    private final Map<Long, Call> writes = new HashMap<>();
    private final Map<Long, Call> reads = new HashMap<>();

    TcpStreams(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("tcp_sendmsg_locked", hart -> {
            long sock = exchange.argument(hart, 0);
            Sent sent = exchange.sent(hart).with(exchange.payloads().ofMessage(hart, exchange.argument(hart, 1)));
            begin(hart, writes, new Call(sock, sent, written(sock)), this::wrote);
        });
        for (String stop : SENDING_STOPS) {
            exchange.onCall("tcp_sendmsg_locked", stop, this::wrote, hart -> resume(hart, writes, true));
        }
        for (String function : new String[] {"tcp_recvmsg_locked", "__tcp_read_sock", "tcp_zerocopy_receive"}) {
            exchange.onFunction(function, hart -> {
                long sock = exchange.argument(hart, 0);
                begin(hart, reads, new Call(sock, Sent.BEFORE, read(sock)), this::endRead);
            });
        }
        for (String stop : READING_STOPS) {
            exchange.onCall("tcp_recvmsg_locked", stop, this::lendRead, hart -> resume(hart, reads, false));
        }
    }

    private void begin(int hart, Map<Long, Call> calls, Call call, Watch.Hook end) {
        calls.put(exchange.task(hart), call);
        exchange.onReturn(hart, returning -> {
            end.reached(returning);
            calls.remove(exchange.task(returning));
        });
    }

    private int written(long sock) {
        return exchange.kernel().object("tcp_sock", sock).getInt("write_seq");
    }

    private int read(long sock) {
        return exchange.kernel().object("tcp_sock", sock).getInt("copied_seq");
    }

    private void resume(int hart, Map<Long, Call> calls, boolean isWrite) {
        Call call = calls.get(exchange.task(hart));
        if (call != null) {
            call.sequence = isWrite ? written(call.sock) : read(call.sock);
        }
    }

    private void wrote(int hart) {
        Call call = writes.get(exchange.task(hart));
        if (call == null) {
            return;
        }
        int start = call.sequence;
        int bytes = written(call.sock) - start;
        if (bytes <= 0) {
            return;
        }
        call.sequence += bytes;
        KernelObject sock = exchange.kernel().object("sock", call.sock);
        Way way = Internet.outOf(sock);
        if (isInside(sock, way)) {
            Flow flow = flows.computeIfAbsent(way, _ -> new Flow());
            if (flow.end != start || flow.queue.bytes() == 0) {
                flow.queue.restart(0);
                flow.start = start;
            }
            flow.queue.append(call.sent, bytes, call.bytes);
            flow.end = start + bytes;
        } else {
            var piece = new ByteQueue.Piece(
                    call.sent, bytes, call.bytes == 0, call.bytes == 0 ? call.sent.payload() : Sent.NOTHING);
            exchange.handed(hart, ChannelKind.TCP, way.text(), call.sent, Party.NETWORK)
                    .piece(piece);
        }
        call.bytes += bytes;
    }

    private void lendRead(int hart) {
        Call call = reads.get(exchange.task(hart));
        if (call != null) {
            took(hart, call, read(call.sock) - call.sequence);
        }
    }

    /** The end of the stream takes a number as well, and is no byte. */
    private void endRead(int hart) {
        Call call = reads.get(exchange.task(hart));
        if (call != null) {
            long rest = exchange.result(hart) - call.bytes;
            took(hart, call, (int) Math.clamp(read(call.sock) - call.sequence, 0, Math.max(rest, 0)));
        }
    }

    private void took(int hart, Call call, int bytes) {
        if (bytes <= 0) {
            return;
        }
        int start = call.sequence;
        call.sequence += bytes;
        call.bytes += bytes;
        KernelObject sock = exchange.kernel().object("sock", call.sock);
        Way way = Internet.outOf(sock).back();
        Flow flow = flows.get(way);
        if (flow == null) {
            Party sender = isInside(sock, way) ? Party.BEFORE : Party.NETWORK;
            var sent = new Sent(sender, 0, 0, Sent.NOTHING);
            tell(hart, way, new ByteQueue.Piece(sent, bytes, true, Sent.NOTHING));
            return;
        }
        int unknown = Math.clamp((long) flow.start - start, 0, bytes);
        if (unknown > 0) {
            tell(hart, way, new ByteQueue.Piece(Sent.BEFORE, unknown, true, Sent.NOTHING));
        }
        flow.queue.drop(Math.max(0, start - flow.start));
        flow.queue.take(bytes - unknown, piece -> tell(hart, way, piece));
        flow.start = start + bytes;
    }

    private void tell(int hart, Way way, ByteQueue.Piece piece) {
        exchange.received(hart, ChannelKind.TCP, way.text(), piece.sent()).piece(piece);
    }

    private boolean isInside(KernelObject sock, Way way) {
        return way.from().equals(way.to()) || Internet.isInside(exchange, sock.get("sk_dst_cache"));
    }
}
