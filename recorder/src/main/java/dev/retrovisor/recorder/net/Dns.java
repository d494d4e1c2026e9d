package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The name server's UDP port: hands each query (RFC 1035), as it is, to the host's resolvers, one after the other, and
 * the first answer back. When none answers in time the guest gets SERVFAIL, shortly before its own patience of five
 * seconds ends. Each query has a socket of its own, so that the host picks a port that is hard to guess. 128 queries may
 * be under way; more are dropped, and the guest asks again.
 */
final class Dns {
    static final int PORT = 53;
    private static final int HEADER_BYTES = 12;
    private static final int MAX_QUERIES = 128;
    private static final int MAX_ANSWER_BYTES = 65507;
    private static final long PATIENCE_NANOS = 4_500_000_000L;
    private static final int SERVER_FAILURE = 2;

    private record QueryKey(int guestAddress, int guestPort, int id) {}

    private final class Query implements ChannelHandler {
        final QueryKey key;
        final byte[] question;
        final List<InetSocketAddress> servers;
        int nextServer;
        long deadlineNanos;
        DatagramChannel channel;

        Query(QueryKey key, byte[] question, List<InetSocketAddress> servers) {
            this.key = key;
            this.question = question;
            this.servers = servers;
        }

        @Override
        public void ready(SelectionKey selection, long nowNanos) {
            try {
                answers.clear();
                while (channel.receive(answers) != null) {
                    answers.flip();
                    if (isAnswer()) {
                        byte[] answer = new byte[answers.remaining()];
                        answers.get(answer);
                        finish(this, answer);
                        return;
                    }
                    answers.clear();
                }
            } catch (IOException _) {
                ask(this, nowNanos); // Nobody listens there: the next one.
            }
        }

        private boolean isAnswer() {
            return answers.remaining() >= HEADER_BYTES
                    && Wire.u16(answers.array(), 0) == key.id
                    && (answers.get(2) & 0x80) != 0;
        }
    }

    private final AddressPlan plan;
    private final Ipv4Output output;
    private final Selector selector;
    private final Resolvers resolvers;
    private final Map<QueryKey, Query> queries = new LinkedHashMap<>();
    private final ByteBuffer answers = ByteBuffer.allocate(MAX_ANSWER_BYTES);

    Dns(AddressPlan plan, Ipv4Output output, Selector selector, Resolvers resolvers) {
        this.plan = plan;
        this.output = output;
        this.selector = selector;
        this.resolvers = resolvers;
    }

    void receive(UdpDatagram datagram, long nowNanos) {
        if (datagram.dataBytes() < HEADER_BYTES) {
            return;
        }
        byte[] question = new byte[datagram.dataBytes()];
        datagram.dataBuffer().get(question);
        QueryKey key = new QueryKey(datagram.packet().source(), datagram.sourcePort(), Wire.u16(question, 0));
        boolean isResponse = (question[2] & 0x80) != 0;
        // A query that is under way already is a repetition: its answer will do for both.
        if (isResponse || queries.containsKey(key) || queries.size() == MAX_QUERIES) {
            return;
        }
        Query query = new Query(key, question, resolvers.current());
        queries.put(key, query);
        ask(query, nowNanos);
    }

    /** Asks the next server, or gives up when there is none. */
    private void ask(Query query, long nowNanos) {
        while (query.nextServer < query.servers.size()) {
            drop(query);
            InetSocketAddress server = query.servers.get(query.nextServer++);
            query.deadlineNanos = nowNanos + PATIENCE_NANOS / query.servers.size();
            try {
                query.channel = DatagramChannel.open();
                query.channel.configureBlocking(false);
                query.channel.connect(server);
                query.channel.register(selector, SelectionKey.OP_READ, query);
                query.channel.write(ByteBuffer.wrap(query.question));
                return;
            } catch (IOException | UnsupportedAddressTypeException _) {
                // No route to that one, or IPv6 on a host without it: the next.
            }
        }
        finish(query, failure(query.question));
    }

    private static byte[] failure(byte[] question) {
        byte[] answer = question.clone();
        // QR and RA set, opcode and RD as asked, the response code in the low bits; the question stands as it was.
        answer[2] = (byte) (answer[2] & 0x79 | 0x80);
        answer[3] = (byte) (0x80 | SERVER_FAILURE);
        return answer;
    }

    private void finish(Query query, byte[] answer) {
        drop(query);
        queries.remove(query.key);
        byte[] frame = UdpDatagram.frame(answer.length);
        System.arraycopy(answer, 0, frame, UdpDatagram.FRAME_DATA, answer.length);
        UdpDatagram.fill(frame, plan.dns(), PORT, query.key.guestAddress(), query.key.guestPort());
        output.send(frame, plan.dns(), query.key.guestAddress(), Ipv4Packet.UDP);
    }

    private static void drop(Query query) {
        if (query.channel != null) {
            Channels.close(query.channel);
            query.channel = null;
        }
    }

    /** Turns to the next server where one was silent for too long; the next deadline, or {@link Long#MAX_VALUE}. */
    long runTimers(long nowNanos) {
        long next = Long.MAX_VALUE;
        for (Query query : List.copyOf(queries.values())) {
            if (query.deadlineNanos <= nowNanos) {
                ask(query, nowNanos);
            }
            if (queries.containsKey(query.key)) {
                next = Math.min(next, query.deadlineNanos);
            }
        }
        return next;
    }

    void close() {
        queries.values().forEach(Dns::drop);
        queries.clear();
    }
}
