package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * All sockets that the kernel knows, whether a process has them or not: those in the tables of TCP, UDP, raw IP, UNIX,
 * netlink and packet sockets, then what else has an inode.
 */
public final class SocketTables {
    private static final String WALK = "sockets";
    private static final int MOST = 1 << 20;
    private static final int MOST_NAMESPACES = 1 << 16;
    private static final int MOST_BUCKETS = 1 << 22;

    /** include/uapi/linux/netlink.h, MAX_LINKS. */
    private static final int NETLINK_PROTOCOLS = 32;

    /** include/net/af_unix.h, UNIX_HASH_SIZE: one half is for sockets without a path. */
    private static final int UNIX_BUCKETS = 512;

    // include/net/tcp_states.h
    private static final int STATE_TIME_WAIT = 6;
    private static final int STATE_NEW_SYN_RECEIVED = 12;

    /** What a {@code sock_common} is the beginning of. */
    public enum Kind {
        /** A {@code struct sock}. */
        SOCKET,
        /** A connection that is being made: {@code inet_request_sock}. */
        REQUEST,
        /** What is left of a connection for a while: {@code inet_timewait_sock}. */
        TIME_WAIT
    }

    /** @param common its {@code sock_common} */
    public record Entry(Kind kind, KernelObject common) {
        public int family() {
            return common.getInt("skc_family");
        }

        /** The {@code struct sock}, if this is a socket. */
        public Optional<KernelObject> sock() {
            return kind == Kind.SOCKET ? Optional.of(common.as("sock")) : Optional.empty();
        }

        /** Number of the network namespace. */
        public long namespace() {
            return kernelNamespace().get("ns.inum");
        }

        private KernelObject kernelNamespace() {
            return common.in("skc_net").to("net");
        }
    }

    private final KernelView kernel;

    public SocketTables(KernelView kernel) {
        this.kernel = kernel;
    }

    /** All of them, each once. */
    public Stream<Entry> all() {
        Set<Long> seen = new HashSet<>();
        return Stream.concat(Stream.concat(internet(), netlink()), Stream.concat(ofNamespaces(), withInode()))
                .filter(entry -> seen.add(entry.common().address()));
    }

    private Stream<Entry> internet() {
        return Stream.concat(namespaces().flatMap(this::ofTables), raw());
    }

    private Stream<KernelObject> namespaces() {
        return kernel.list(kernel.symbols().address("net_namespace_list"), "net", "list", MOST_NAMESPACES);
    }

    /** TCP and UDP; namespaces share tables unless told otherwise. */
    private Stream<Entry> ofTables(KernelObject net) {
        return Stream.concat(
                        kernel.tolerate(WALK, () -> net.to("ipv4.tcp_death_row.hashinfo")).stream()
                                .flatMap(tables -> Stream.concat(
                                        heads(tables, "lhash2", "lhash2_mask", "inet_listen_hashbucket", "nulls_head"),
                                        heads(tables, "ehash", "ehash_mask", "inet_ehash_bucket", "chain"))),
                        kernel.tolerate(WALK, () -> net.to("ipv4.udp_table")).stream()
                                .flatMap(table -> heads(table, "hash", "mask", "udp_hslot", "head")))
                .flatMap(this::onHead);
    }

    /** Addresses of the heads of a table whose number of buckets is a mask and one. */
    private Stream<Long> heads(KernelObject tables, String table, String mask, String bucket, String head) {
        return kernel
                .tolerate(WALK, () -> {
                    long first = tables.get(table)
                            + kernel.types().struct(bucket).field(head).offsetBytes();
                    long size = kernel.types().struct(bucket).sizeBytes();
                    long most = Math.min(tables.get(mask), MOST_BUCKETS);
                    return LongStream.rangeClosed(0, most).mapToObj(i -> first + i * size);
                })
                .stream()
                .flatMap(heads -> heads);
    }

    /** Sockets on an hlist, also one with a number at its end. */
    private Stream<Entry> onHead(long head) {
        return kernel.hlist(head, "sock_common", "skc_node", MOST)
                .flatMap(common -> kernel.tolerate(WALK, () -> new Entry(kind(common), common)).stream());
    }

    private static Kind kind(KernelObject common) {
        return switch (common.getInt("skc_state")) {
            case STATE_TIME_WAIT -> Kind.TIME_WAIT;
            case STATE_NEW_SYN_RECEIVED -> Kind.REQUEST;
            default -> Kind.SOCKET;
        };
    }

    private Stream<Entry> raw() {
        return Stream.of("raw_v4_hashinfo", "raw_v6_hashinfo")
                .flatMap(symbol -> kernel.symbols().find(symbol).stream().boxed())
                .map(address -> kernel.object("raw_hashinfo", address))
                .flatMap(table -> IntStream.range(0, table.count("ht"))
                        .mapToObj(i -> table.at("ht", i).address()))
                .flatMap(this::onHead);
    }

    private Stream<Entry> ofNamespaces() {
        return namespaces()
                .flatMap(net -> Stream.concat(
                        kernel.tolerate(WALK, () -> net.get("unx.table.buckets")).stream()
                                .flatMap(table ->
                                        IntStream.range(0, UNIX_BUCKETS).mapToObj(i -> table + i * (long) Long.BYTES)),
                        Stream.of(net.addressOf("packet.sklist"))))
                .flatMap(this::onHead);
    }

    private Stream<Entry> netlink() {
        long bytes = kernel.types().struct("netlink_table").sizeBytes();
        return kernel.tolerate(WALK, () -> kernel.globalLong("nl_table")).stream()
                .filter(tables -> tables != 0)
                .flatMap(tables -> IntStream.range(0, NETLINK_PROTOCOLS)
                        .mapToObj(i -> kernel.object("netlink_table", tables + i * bytes)
                                .in("hash")))
                .flatMap(table -> HashTables.growing(kernel, table, "netlink_sock", "node", MOST))
                .map(SocketTables::entry);
    }

    /** Sockets of every family, by the file system in which their inodes are. */
    private Stream<Entry> withInode() {
        return kernel.tolerate(WALK, () -> kernel.globalLong("sock_mnt")).stream()
                .filter(mount -> mount != 0)
                .flatMap(mount -> kernel
                        .tolerate(WALK, () -> kernel.object("vfsmount", mount).to("mnt_sb"))
                        .stream())
                .flatMap(new Inodes(kernel)::of)
                .flatMap(inode -> kernel
                        .tolerate(
                                WALK,
                                () -> inode.container("socket_alloc", "vfs_inode")
                                        .in("socket")
                                        .follow("sk")
                                        .orElse(null))
                        .stream())
                .map(SocketTables::entry);
    }

    private static Entry entry(KernelObject sock) {
        return new Entry(Kind.SOCKET, sock.as("sock_common"));
    }
}
