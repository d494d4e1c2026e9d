package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Describes sockets. */
public final class Sockets {
    private static final int UNIX = 1;
    private static final int INET = 2;
    private static final int INET6 = 10;
    private static final int NETLINK = 16;
    private static final int MOST_NAME_BYTES = 110;
    private static final int FAMILY_BYTES = 2;

    private final KernelView kernel;

    public Sockets(KernelView kernel) {
        this.kernel = kernel;
    }

    /** The {@code struct sock} of a socket's file; empty while it is being made or torn down. */
    public Optional<KernelObject> ofInode(KernelObject inode) {
        return inode.container("socket_alloc", "vfs_inode").in("socket").follow("sk");
    }

    /** Describes a {@code struct sock}. */
    public SocketDescription describe(KernelObject sock) {
        long inode = inodeOf(sock);
        String protocol = CText.inBrackets(name(sock));
        int type = sock.getInt("sk_type");
        int family = sock.getInt("__sk_common.skc_family");
        int state = sock.getInt("__sk_common.skc_state");
        return switch (family) {
            case INET, INET6 -> internet(sock, inode, protocol, type, state, family == INET6);
            case UNIX -> unix(sock, inode, protocol, type, state);
            case NETLINK -> {
                long portId = kernel.types().findStruct("netlink_sock").isPresent()
                        ? sock.as("netlink_sock").get("portid")
                        : 0;
                yield new SocketDescription.Netlink(
                        sock.address(), inode, protocol, type, state, sock.getInt("sk_protocol"), portId);
            }
            default -> new SocketDescription.Other(sock.address(), inode, protocol, type, state, family);
        };
    }

    /** Number of the inode through which processes have a {@code struct sock}; 0 if none does any more. */
    public long inodeOf(KernelObject sock) {
        return sock.follow("sk_socket")
                .map(socket -> socket.container("socket_alloc", "socket").get("vfs_inode.i_ino"))
                .orElse(0L);
    }

    private static String name(KernelObject sock) {
        return sock.follow("sk_prot_creator")
                .or(() -> sock.follow("__sk_common.skc_prot"))
                .map(protocol -> protocol.text("name"))
                .orElse("socket");
    }

    private SocketDescription internet(
            KernelObject sock, long inode, String protocol, int type, int state, boolean isV6) {
        return new SocketDescription.Internet(
                sock.address(),
                inode,
                protocol,
                type,
                state,
                isV6,
                isV6 ? v6(sock, "__sk_common.skc_v6_rcv_saddr") : v4(sock, "__sk_common.skc_rcv_saddr"),
                port(sock.as("inet_sock").get("inet_sport")),
                isV6 ? v6(sock, "__sk_common.skc_v6_daddr") : v4(sock, "__sk_common.skc_daddr"),
                port(sock.get("__sk_common.skc_dport")));
    }

    private static int port(long bigEndian) {
        return Short.toUnsignedInt(Short.reverseBytes((short) bigEndian));
    }

    private static String v4(KernelObject sock, String member) {
        return InternetAddress.text(sock.space().read(sock.addressOf(member), InternetAddress.V4_BYTES));
    }

    private static String v6(KernelObject sock, String member) {
        return sock.has(member)
                ? InternetAddress.text(sock.space().read(sock.addressOf(member), InternetAddress.V6_BYTES))
                : "::";
    }

    private SocketDescription unix(KernelObject sock, long inode, String protocol, int type, int state) {
        KernelObject unix = sock.as("unix_sock");
        Optional<KernelObject> peer = unix.follow("peer");
        return new SocketDescription.Unix(
                sock.address(),
                inode,
                protocol,
                type,
                state,
                peer.map(KernelObject::address).orElse(0L),
                peer.map(this::inodeOf).orElse(0L),
                unix.follow("addr").map(Sockets::unixName).orElse(""));
    }

    private static String unixName(KernelObject address) {
        int length = Math.clamp(address.getInt("len") - FAMILY_BYTES, 0, MOST_NAME_BYTES);
        byte[] name = address.space().read(address.addressOf("name") + FAMILY_BYTES, length);
        boolean terminated = length > 0 && name[0] != 0 && name[length - 1] == 0;
        return new String(name, 0, terminated ? length - 1 : length, StandardCharsets.UTF_8);
    }
}
