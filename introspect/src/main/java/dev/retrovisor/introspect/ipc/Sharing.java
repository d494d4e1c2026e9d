package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;
import java.util.List;
import java.util.Optional;

/**
 * A process began or ceased to share memory with others.
 *
 * @param type {@code attach}, {@code inherit} (by fork) or {@code detach}
 * @param kind {@link ChannelKind#SYSV_MEMORY} or {@link ChannelKind#SHARED_MAPPING}
 * @param channel the segment, or the file: a path, {@code /memfd:NAME (deleted)}, {@code /dev/zero (deleted)}; raw
 * @param pid the process that shares; at fork the child
 * @param offset in the segment or file
 * @param sharers the processes that have some of the same pages mapped shared at this moment, without {@code pid}
 */
public record Sharing(
        Moment at,
        String type,
        String kind,
        String channel,
        int pid,
        String comm,
        @Column(Column.Style.HEX) long address,
        @Column(Column.Style.BYTES) long bytes,
        long offset,
        List<Integer> sharers)
        implements GuestEvent {
    @Override
    public String stream() {
        return IpcStream.NAME;
    }

    @Override
    public String summary() {
        String verb = type.equals("attach") ? "attaches" : type + "s";
        return "%s[%d] %s %s, %d bytes, shared with %s"
                .formatted(comm, pid, verb, channel, bytes, sharers.isEmpty() ? "nobody" : sharers);
    }

    @Override
    public Optional<Object> fact(String word) {
        return word.equals("fd.name") ? Optional.of(channel) : Optional.empty();
    }
}
