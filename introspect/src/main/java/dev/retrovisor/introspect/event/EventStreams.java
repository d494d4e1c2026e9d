package dev.retrovisor.introspect.event;

import dev.retrovisor.introspect.allocation.MemoryStream;
import dev.retrovisor.introspect.heap.HeapStream;
import dev.retrovisor.introspect.ipc.IpcStream;
import dev.retrovisor.introspect.process.ProcessStream;
import dev.retrovisor.introspect.process.SchedulingStream;
import dev.retrovisor.introspect.syscall.SyscallStream;
import java.util.List;
import java.util.Optional;

/** The one list of event streams, in the order of the help. */
public final class EventStreams {
    private static final List<EventStream> ALL = List.of(
            new ProcessStream(),
            new SchedulingStream(),
            new SyscallStream(),
            new IpcStream(),
            new MemoryStream(),
            new HeapStream());

    private EventStreams() {}

    public static List<EventStream> all() {
        return ALL;
    }

    public static Optional<EventStream> named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
