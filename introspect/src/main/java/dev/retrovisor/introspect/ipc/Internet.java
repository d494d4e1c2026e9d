package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.InternetAddress;

/** Addresses of the internet's protocols, and what is inside this machine. */
final class Internet {
    private static final int INET6 = 10;
    private static final String COMMON = "__sk_common.";

    /** include/uapi/linux/if.h. */
    private static final long IFF_LOOPBACK = 8;

    private static final String MAPPED = "::ffff:";

    /**
     * One way through a connection, or of a datagram.
     *
     * @param network the network namespace
     */
    record Way(long network, String from, int fromPort, String to, int toPort) {
        Way back() {
            return new Way(network, to, toPort, from, fromPort);
        }

        String text() {
            return "%s->%s".formatted(end(from, fromPort), end(to, toPort));
        }

        private static String end(String address, int port) {
            return address.indexOf(':') >= 0 ? "[%s]:%d".formatted(address, port) : address + ":" + port;
        }
    }

    private Internet() {}

    /** What goes out of a connected socket. */
    static Way outOf(KernelObject sock) {
        boolean isV6 = sock.getInt(COMMON + "skc_family") == INET6;
        return new Way(
                sock.get(COMMON + "skc_net.net"),
                isV6 ? address(sock, COMMON + "skc_v6_rcv_saddr") : address(sock, COMMON + "skc_rcv_saddr"),
                // A connection that is over has given its own number back, but not this copy of it.
                port(sock.as("inet_sock").get("inet_sport")),
                isV6 ? address(sock, COMMON + "skc_v6_daddr") : address(sock, COMMON + "skc_daddr"),
                port(sock.get(COMMON + "skc_dport")));
    }

    /** An address in network order, 4 or 16 bytes by its type; IPv4 over IPv6 as IPv4. */
    static String address(KernelObject object, String member) {
        int length = (int) object.layout().field(member).type().sizeBytes();
        String text = InternetAddress.text(object.space().read(object.addressOf(member), length));
        return text.startsWith(MAPPED) && text.indexOf('.') > 0 ? text.substring(MAPPED.length()) : text;
    }

    static int port(long bigEndian) {
        return Short.toUnsignedInt(Short.reverseBytes((short) bigEndian));
    }

    /** Whether a route, a dst_entry or null, stays inside the machine. */
    static boolean isInside(Exchange exchange, long route) {
        if (route == 0) {
            return false;
        }
        KernelObject device = exchange.kernel().object("dst_entry", route).to("dev");
        return (device.get("flags") & IFF_LOOPBACK) != 0;
    }
}
