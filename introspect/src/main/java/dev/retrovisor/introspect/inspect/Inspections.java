package dev.retrovisor.introspect.inspect;

import java.util.List;
import java.util.Optional;

/** The one list of inspections, in the order of the help. */
public final class Inspections {
    private static final List<Inspection<?>> ALL = List.of(
            new ProcessList(),
            new ProcessTree(),
            new ProcessArguments(),
            new Environments(),
            new Maps(),
            new MemorySummary(),
            new NamespaceList(),
            new Threads(),
            new SignalList(),
            new FutexWaiters(),
            new AddressOwner(),
            new ProcessCrossView(),
            new SuspiciousMaps(),
            new SyscallCheck(),
            new ModuleCheck(),
            new TextComparison(),
            new ModuleList(),
            new LogLines(),
            new OpenFileList(),
            new SocketList(),
            new UnixSocketList(),
            new PipeList(),
            new SystemVIpcList(),
            new MessageQueueList(),
            new MountList(),
            new MemoryInfo(),
            new SlabList(),
            new BuddyList(),
            new VirtualAreaList(),
            new PageCacheList(),
            new PageList());

    private Inspections() {}

    public static List<Inspection<?>> all() {
        return ALL;
    }

    public static Optional<Inspection<?>> named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
