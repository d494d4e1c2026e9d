package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.Handover;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;
import java.util.List;
import java.util.Optional;

/**
 * Something went from one end of a channel to the other. It is told when it arrives, or, to what is outside, when it leaves.
 * A write that is read in pieces is as many transfers, a read of several writes as well.
 *
 * @param at of the receiver; of the sender if the receiver is no process, or has no part in it (who is woken)
 * @param type the channel's kind ({@link ChannelKind#word})
 * @param channel which channel: {@code pipe:[4711]}, a path, {@code msqid 3 key 0x2a}, two addresses; raw
 * @param bytes what was handed over; 0 where nothing but the fact is
 * @param messages 1, but 0 for all pieces of a write behind the first
 * @param sentStep when it was sent, in steps; 0 if that is not known
 * @param detail what else there is to say, such as the name of a ptrace request; empty if nothing
 * @param files the open files that were passed with it (SCM_RIGHTS), by their names, raw
 * @param payload the first bytes, as many as the stream was asked to keep
 */
public record Transfer(
        Moment at,
        String type,
        String channel,
        int fromPid,
        int fromTid,
        String fromComm,
        int toPid,
        int toTid,
        String toComm,
        @Column(Column.Style.BYTES) long bytes,
        int messages,
        long sentStep,
        @Column(Column.Style.NANOS) long sentNanos,
        String detail,
        List<String> files,
        byte[] payload)
        implements Handover {
    @Override
    public String stream() {
        return IpcStream.NAME;
    }

    @Override
    public String summary() {
        var text = new StringBuilder("%s[%d] -> %s[%d] %s".formatted(fromComm, fromPid, toComm, toPid, channel));
        if (bytes > 0) {
            text.append(", %d byte%s".formatted(bytes, bytes == 1 ? "" : "s"));
        }
        if (!detail.isEmpty()) {
            text.append(", ").append(detail);
        }
        if (!files.isEmpty()) {
            text.append(", with ").append(String.join(", ", files));
        }
        return text.toString();
    }

    @Override
    public Optional<Object> fact(String word) {
        return word.equals("fd.name") ? Optional.of(channel) : Optional.empty();
    }
}
