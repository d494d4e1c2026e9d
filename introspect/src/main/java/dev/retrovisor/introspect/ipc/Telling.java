package dev.retrovisor.introspect.ipc;

import java.util.Arrays;
import java.util.List;

/** A transfer that is about to be told: its ends are known, what it carries is added. */
final class Telling {
    private final Exchange exchange;
    private final int hart;
    private final ChannelKind kind;
    private final String channel;
    private final Sent sent;
    private final Party to;
    private String detail = "";
    private List<String> files = List.of();

    Telling(Exchange exchange, int hart, ChannelKind kind, String channel, Sent sent, Party to) {
        this.exchange = exchange;
        this.hart = hart;
        this.kind = kind;
        this.channel = channel;
        this.sent = sent;
        this.to = to;
    }

    Telling detail(String newDetail) {
        detail = newDetail;
        return this;
    }

    Telling files(List<String> newFiles) {
        files = newFiles;
        return this;
    }

    /** One message of so many bytes. */
    void message(long bytes) {
        tell(bytes, 1, sent.payload());
    }

    /** A piece of a stream of bytes. */
    void piece(ByteQueue.Piece piece) {
        tell(piece.bytes(), piece.messages(), piece.payload());
    }

    /** Any number of messages, of which nothing is kept. */
    void counted(long bytes, int messages) {
        tell(bytes, messages, Sent.NOTHING);
    }

    private void tell(long bytes, int messages, byte[] payload) {
        exchange.watch()
                .emit(new Transfer(
                        exchange.watch().now(hart),
                        kind.word(),
                        channel,
                        sent.from().pid(),
                        sent.from().tid(),
                        sent.from().comm(),
                        to.pid(),
                        to.tid(),
                        to.comm(),
                        bytes,
                        messages,
                        sent.step(),
                        sent.nanos(),
                        detail,
                        files,
                        payload.length > bytes ? Arrays.copyOf(payload, (int) bytes) : payload));
    }
}
