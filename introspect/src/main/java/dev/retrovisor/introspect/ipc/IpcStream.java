package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import java.util.List;
import java.util.stream.Stream;

/** Who talks to whom: every transfer between processes. */
public final class IpcStream implements EventStream {
    public static final String NAME = "ipc";

    private static final int MOST_PAYLOAD_BYTES = 1 << 20;

    private final int payloadBytes;

    /** Without what was sent. */
    public IpcStream() {
        this(0);
    }

    /** @param payloadBytes how much of each message's beginning is kept, at most 1 MiB */
    public IpcStream(int payloadBytes) {
        this.payloadBytes = Math.clamp(payloadBytes, 0, MOST_PAYLOAD_BYTES);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "each transfer between processes: pipes, sockets, queues, signals, futexes, shared memory";
    }

    @Override
    public List<Class<? extends GuestEvent>> eventTypes() {
        return List.of(Transfer.class, Sharing.class);
    }

    @Override
    public List<String> eventWords() {
        return Stream.concat(ChannelKind.words().stream(), Stream.of("attach", "inherit", "detach"))
                .toList();
    }

    @Override
    public EventStream keeping(int bytes) {
        return new IpcStream(bytes);
    }

    @Override
    public void watch(Watch watch) {
        if (watch.kernel().types().isEmpty()) {
            watch.missing("ipc can't be watched: this kernel does not describe its types (it was built without BTF)");
            return;
        }
        var exchange = new Exchange(watch, payloadBytes);
        new Pipes(exchange).watch();
        new UnixSockets(exchange).watch();
        new MessageQueues(exchange).watch();
        new Semaphores(exchange).watch();
        new SharedMemory(exchange).watch();
        new Futexes(exchange).watch();
        new Signals(exchange).watch();
        new Counters(exchange).watch();
        new NetlinkSockets(exchange).watch();
        new TcpStreams(exchange).watch();
        new UdpDatagrams(exchange).watch();
        new Tracing(exchange).watch();
    }
}
