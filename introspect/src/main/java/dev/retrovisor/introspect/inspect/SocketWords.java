package dev.retrovisor.introspect.inspect;

import java.util.Arrays;

/** Words for what the kernel numbers in sockets. */
final class SocketWords {
    // include/linux/socket.h and include/net/tcp_states.h: macros and unnamed enumerations.
    static final int UNIX = 1;
    static final int INET = 2;
    static final int INET6 = 10;
    static final int NETLINK = 16;
    static final int PACKET = 17;
    static final int LISTEN = 10;
    private static final int CLOSED = 7;

    private static final String[] TYPES = {"", "STREAM", "DGRAM", "RAW", "RDM", "SEQPACKET", "DCCP"};
    private static final String[] STATES = {
        "",
        "ESTABLISHED",
        "SYN_SENT",
        "SYN_RECV",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "TIME_WAIT",
        "CLOSE",
        "CLOSE_WAIT",
        "LAST_ACK",
        "LISTEN",
        "CLOSING",
        "SYN_RECV"
    };

    private SocketWords() {}

    static String type(int type) {
        return type > 0 && type < TYPES.length ? TYPES[type] : Integer.toString(type);
    }

    /** A state of TCP. */
    static String tcpState(int state) {
        return state > 0 && state < STATES.length ? STATES[state] : Integer.toString(state);
    }

    /** The same of a socket that connects to a peer or does not. */
    static String state(int state) {
        return state == CLOSED ? "UNCONNECTED" : tcpState(state);
    }

    static String family(int family) {
        return switch (family) {
            case UNIX -> "UNIX";
            case INET -> "INET";
            case INET6 -> "INET6";
            case NETLINK -> "NETLINK";
            case PACKET -> "PACKET";
            default -> Integer.toString(family);
        };
    }

    /** Whether a line of holders names a process. */
    static boolean isHeldBy(String holders, int pid) {
        return Arrays.stream(holders.split(" ")).anyMatch(holder -> holder.startsWith(pid + "/"));
    }
}
