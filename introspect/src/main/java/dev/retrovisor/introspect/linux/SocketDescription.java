package dev.retrovisor.introspect.linux;

/** What one socket ({@code struct sock}) is, by its family. */
public sealed interface SocketDescription {
    /** Where the {@code struct sock} lies. */
    long address();

    /** Number of the inode through which processes have it; 0 if none does. */
    long inode();

    /** The kernel's name of its protocol: {@code TCP}, {@code UDPv6}, {@code UNIX-STREAM}. */
    String protocol();

    /** As socket(2) has it: 1 is a stream, 2 are datagrams, 3 is raw, 5 are packets in sequence. */
    int type();

    /** As the kernel numbers the states of TCP, which unix sockets use as well. */
    int state();

    /** Protocol and addresses as {@code strace -yy} has them; harmless to print. */
    String text();

    /** TCP, UDP, raw and the like, over IPv4 or IPv6. Addresses are as people write them, without brackets. */
    record Internet(
            long address,
            long inode,
            String protocol,
            int type,
            int state,
            boolean isV6,
            String localAddress,
            int localPort,
            String remoteAddress,
            int remotePort)
            implements SocketDescription {
        /** Address and port of this end. */
        public String local() {
            return endpoint(localAddress, localPort);
        }

        /** Address and port of the other end. */
        public String remote() {
            return endpoint(remoteAddress, remotePort);
        }

        public boolean hasRemote() {
            return remotePort != 0 || !remoteAddress.equals(isV6 ? "::" : "0.0.0.0");
        }

        private String endpoint(String host, int port) {
            return isV6 ? "[%s]:%d".formatted(host, port) : host + ":" + port;
        }

        @Override
        public String text() {
            if (localPort == 0) {
                return "%s:[%d]".formatted(protocol, inode);
            }
            return hasRemote()
                    ? "%s:[%s->%s]".formatted(protocol, local(), remote())
                    : "%s:[%s]".formatted(protocol, local());
        }
    }

    /**
     * A unix socket.
     *
     * @param peerInode of the socket at the other end, 0 if there is none
     * @param name raw; begins with a zero byte if it is an abstract one; empty if it has none
     */
    record Unix(
            long address,
            long inode,
            String protocol,
            int type,
            int state,
            long peerAddress,
            long peerInode,
            String name)
            implements SocketDescription {
        @Override
        public String text() {
            String peer = peerInode == 0 ? "" : "->" + peerInode;
            return "%s:[%d%s%s]".formatted(protocol, inode, peer, name.isEmpty() ? "" : "," + quotedName());
        }

        private String quotedName() {
            return name.charAt(0) == 0 ? '@' + CText.quoted(name.substring(1)) : CText.quoted(name);
        }
    }

    /**
     * A netlink socket.
     *
     * @param subsystem number of the netlink protocol
     * @param portId its address
     */
    record Netlink(long address, long inode, String protocol, int type, int state, int subsystem, long portId)
            implements SocketDescription {
        private static final String[] SUBSYSTEMS = {
            "ROUTE",
            "UNUSED",
            "USERSOCK",
            "FIREWALL",
            "SOCK_DIAG",
            "NFLOG",
            "XFRM",
            "SELINUX",
            "ISCSI",
            "AUDIT",
            "FIB_LOOKUP",
            "CONNECTOR",
            "NETFILTER",
            "IP6_FW",
            "DNRTMSG",
            "KOBJECT_UEVENT",
            "GENERIC",
            null,
            "SCSITRANSPORT",
            "ECRYPTFS",
            "RDMA",
            "CRYPTO",
            "SMC"
        };

        /** The subsystem's name, or its number. */
        public String subsystemName() {
            boolean known = subsystem >= 0 && subsystem < SUBSYSTEMS.length && SUBSYSTEMS[subsystem] != null;
            return known ? SUBSYSTEMS[subsystem] : Integer.toString(subsystem);
        }

        @Override
        public String text() {
            return "%s:[%s:%d]".formatted(protocol, subsystemName(), portId);
        }
    }

    /** Any other family. */
    record Other(long address, long inode, String protocol, int type, int state, int family)
            implements SocketDescription {
        @Override
        public String text() {
            return "%s:[%d]".formatted(protocol, inode);
        }
    }
}
