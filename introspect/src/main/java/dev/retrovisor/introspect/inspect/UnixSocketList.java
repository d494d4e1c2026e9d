package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Holders;
import dev.retrovisor.introspect.linux.SocketDescription;
import dev.retrovisor.introspect.linux.SocketQueues;
import dev.retrovisor.introspect.linux.SocketTables;
import dev.retrovisor.introspect.linux.Sockets;
import java.util.Optional;
import java.util.stream.Stream;

/** Unix sockets. */
final class UnixSocketList implements Inspection<UnixSocketList.Row> {
    /**
     * @param namespace number of the network namespace
     * @param path raw; an abstract one begins with {@code @}
     * @param socket address of its {@code struct sock}, by which peers without an inode are found
     * @param messages that wait to be received, or connections to be accepted
     * @param bytes of them that are still to be read
     * @param holders processes and their file descriptors; none for one that waits to be accepted
     */
    record Row(
            long namespace,
            long inode,
            String type,
            String state,
            String path,
            @Column(Column.Style.HEX) long socket,
            @Column(Column.Style.HEX) long peer,
            long peerInode,
            long messages,
            @Column(Column.Style.BYTES) long bytes,
            String holders,
            String peerHolders) {}

    @Override
    public String name() {
        return "unixsockets";
    }

    @Override
    public String summary() {
        return "unix sockets: path, peer, what waits in them, who holds both ends";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var sockets = new Sockets(kernel);
        var queues = new SocketQueues(kernel);
        var holders = new Holders(kernel);
        return new SocketTables(kernel)
                .all()
                .flatMap(entry ->
                        kernel
                                .tolerate(
                                        name(),
                                        () -> row(kernel, entry, sockets, queues, holders)
                                                .orElse(null))
                                .stream())
                .filter(row -> scope.pid() == Scope.ALL || SocketWords.isHeldBy(row.holders(), scope.pid()));
    }

    private Optional<Row> row(
            KernelView kernel, SocketTables.Entry entry, Sockets sockets, SocketQueues queues, Holders holders) {
        if (entry.family() != SocketWords.UNIX || entry.sock().isEmpty()) {
            return Optional.empty();
        }
        KernelObject sock = entry.sock().get();
        if (!(sockets.describe(sock) instanceof SocketDescription.Unix socket)) {
            return Optional.empty();
        }
        boolean listens = socket.state() == SocketWords.LISTEN;
        String path = socket.name().startsWith("\0") ? "@" + socket.name().substring(1) : socket.name();
        return Optional.of(new Row(
                entry.namespace(),
                socket.inode(),
                SocketWords.type(socket.type()),
                SocketWords.state(socket.state()),
                path,
                socket.address(),
                socket.peerAddress(),
                socket.peerInode(),
                queues.messages(sock).count(),
                listens ? 0 : queues.of(sock).toRead(),
                Holders.text(holders.ofSocket(sock).stream()),
                socket.peerAddress() == 0
                        ? ""
                        : Holders.text(holders.ofSocket(kernel.object("sock", socket.peerAddress())).stream())));
    }
}
