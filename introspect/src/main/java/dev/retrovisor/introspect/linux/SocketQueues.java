package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.Optional;
import java.util.stream.Stream;

/** What waits in sockets to be read or sent, as {@code /proc/net} counts it. */
public final class SocketQueues {
    private static final int MOST = 1 << 20;
    private static final int UNIX = 1;
    private static final int INET = 2;
    private static final int INET6 = 10;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int UDP_LITE = 136;
    private static final int STATE_LISTEN = 10;

    /** Connections to be accepted where a socket listens; bytes for all others. */
    public record Waiting(long toRead, long toSend) {}

    private final KernelView kernel;

    public SocketQueues(KernelView kernel) {
        this.kernel = kernel;
    }

    /** @param sock a {@code struct sock} */
    public Waiting of(KernelObject sock) {
        int family = sock.getInt("__sk_common.skc_family");
        long unsent = Math.max(0, sock.get("sk_wmem_alloc") - 1);
        long unread = sock.get("sk_backlog.rmem_alloc");
        if (family == UNIX) {
            return new Waiting(unixUnread(sock), unsent);
        }
        if (family != INET && family != INET6) {
            return new Waiting(unread, unsent);
        }
        return switch (sock.getInt("sk_protocol")) {
            case TCP -> tcp(sock);
            case UDP, UDP_LITE -> new Waiting(unread - sock.as("udp_sock").get("forward_deficit", 0), unsent);
            default -> new Waiting(unread, unsent);
        };
    }

    /** Here memory is charged to the sender, so it is looked at what is in the queue. */
    private long unixUnread(KernelObject sock) {
        boolean listens = sock.getInt("__sk_common.skc_state") == STATE_LISTEN;
        return messages(sock)
                .mapToLong(message -> listens
                        ? 1
                        : kernel.tolerate("sockets", () -> unreadBytes(message)).orElse(0L))
                .sum();
    }

    private static Waiting tcp(KernelObject sock) {
        if (sock.getInt("__sk_common.skc_state") == STATE_LISTEN) {
            return new Waiting(sock.get("sk_ack_backlog"), 0);
        }
        KernelObject tcp = sock.as("tcp_sock");
        // Sequence numbers run around.
        int unread = tcp.getInt("rcv_nxt") - tcp.getInt("copied_seq");
        int unsent = tcp.getInt("write_seq") - tcp.getInt("snd_una");
        return new Waiting(Math.max(0, unread), unsent);
    }

    /** Messages that wait to be received. */
    public Stream<KernelObject> messages(KernelObject sock) {
        return kernel.list(sock.addressOf("sk_receive_queue"), "sk_buff", "next", MOST);
    }

    /** How many bytes of a message of a unix socket are still to be read. */
    public long unreadBytes(KernelObject message) {
        Optional<Long> consumed = kernel.types()
                .findStruct("unix_skb_parms")
                .flatMap(layout -> layout.find("consumed"))
                .map(field ->
                        Integer.toUnsignedLong(message.space().readInt(message.addressOf("cb") + field.offsetBytes())));
        return message.get("len") - consumed.orElse(0L);
    }
}
