package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Holders;
import dev.retrovisor.introspect.linux.InternetAddress;
import dev.retrovisor.introspect.linux.SocketDescription;
import dev.retrovisor.introspect.linux.SocketQueues;
import dev.retrovisor.introspect.linux.SocketTables;
import dev.retrovisor.introspect.linux.Sockets;

/** Rows of {@link SocketList}. */
final class SocketRows {
    private static final int TCP = 6;

    private final Sockets sockets;
    private final SocketQueues queues;
    private final Holders holders;

    SocketRows(KernelView kernel) {
        sockets = new Sockets(kernel);
        queues = new SocketQueues(kernel);
        holders = new Holders(kernel);
    }

    SocketList.Row of(SocketTables.Entry entry) {
        KernelObject common = entry.common();
        return switch (entry.kind()) {
            case SOCKET -> socket(entry, common.as("sock"));
            case REQUEST -> unheld(entry, common.getInt("skc_state"));
            case TIME_WAIT -> unheld(entry, common.as("inet_timewait_sock").getInt("tw_substate"));
        };
    }

    /** What no process can have: there is no {@code struct sock}. */
    private SocketList.Row unheld(SocketTables.Entry entry, int state) {
        return new SocketList.Row(
                entry.namespace(),
                SocketWords.family(entry.family()),
                "STREAM",
                "TCP",
                local(entry.common()),
                remote(entry.common()),
                SocketWords.tcpState(state),
                0,
                0,
                0,
                "");
    }

    private SocketList.Row socket(SocketTables.Entry entry, KernelObject sock) {
        KernelObject common = entry.common();
        SocketDescription described = sockets.describe(sock);
        String protocol = described.protocol();
        String local = "";
        String remote = "";
        String state = SocketWords.state(described.state());
        switch (described) {
            case SocketDescription.Internet _ -> {
                local = local(common);
                remote = remote(common);
                if (sock.getInt("sk_protocol") == TCP) {
                    state = SocketWords.tcpState(described.state());
                }
            }
            case SocketDescription.Unix unix -> {
                local = unix.name().startsWith("\0") ? "@" + unix.name().substring(1) : unix.name();
                remote = unix.peerInode() == 0 ? "" : "inode " + unix.peerInode();
            }
            case SocketDescription.Netlink netlink -> {
                protocol = netlink.subsystemName();
                local = netlink.portId() == 0 ? "kernel" : Long.toString(netlink.portId());
                state = "";
            }
            case SocketDescription.Other _ -> {
                if (entry.family() == SocketWords.PACKET) {
                    protocol =
                            "0x%04x".formatted(bigEndian(sock.as("packet_sock").get("num")));
                    state = "";
                }
            }
        }
        SocketQueues.Waiting waiting = queues.of(sock);
        return new SocketList.Row(
                entry.namespace(),
                SocketWords.family(entry.family()),
                SocketWords.type(described.type()),
                protocol,
                local,
                remote,
                state,
                waiting.toRead(),
                waiting.toSend(),
                described.inode(),
                Holders.text(holders.ofSocket(sock).stream()));
    }

    private static String local(KernelObject common) {
        return endpoint(common, "skc_rcv_saddr", "skc_v6_rcv_saddr", common.getInt("skc_num"));
    }

    private static String remote(KernelObject common) {
        return endpoint(common, "skc_daddr", "skc_v6_daddr", bigEndian(common.get("skc_dport")));
    }

    private static int bigEndian(long value) {
        return Short.toUnsignedInt(Short.reverseBytes((short) value));
    }

    private static String endpoint(KernelObject common, String v4, String v6, int port) {
        boolean isV6 = common.getInt("skc_family") == SocketWords.INET6 && common.has(v6);
        byte[] address = common.space()
                .read(common.addressOf(isV6 ? v6 : v4), isV6 ? InternetAddress.V6_BYTES : InternetAddress.V4_BYTES);
        String text = InternetAddress.text(address);
        return isV6 ? "[%s]:%d".formatted(text, port) : "%s:%d".formatted(text, port);
    }
}
