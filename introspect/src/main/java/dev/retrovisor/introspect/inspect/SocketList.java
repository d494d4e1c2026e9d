package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.SocketTables;
import java.util.stream.Stream;

/** Sockets of all families. */
final class SocketList implements Inspection<SocketList.Row> {
    /**
     * @param namespace number of the network namespace
     * @param protocol the kernel's name of it, or of a netlink or packet socket's subject
     * @param toRead bytes that wait to be read, connections to be accepted where it listens
     * @param toSend bytes that wait to be sent or acknowledged
     * @param holders processes and their file descriptors
     */
    record Row(
            long namespace,
            String family,
            String type,
            String protocol,
            String local,
            String remote,
            String state,
            long toRead,
            long toSend,
            long inode,
            String holders) {}

    @Override
    public String name() {
        return "sockstat";
    }

    @Override
    public String summary() {
        return "sockets of all families: addresses, state, what waits in them, who holds them";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var rows = new SocketRows(kernel);
        return new SocketTables(kernel)
                .all()
                .flatMap(entry -> kernel.tolerate(name(), () -> rows.of(entry)).stream())
                .filter(row -> scope.pid() == Scope.ALL || SocketWords.isHeldBy(row.holders(), scope.pid()));
    }
}
