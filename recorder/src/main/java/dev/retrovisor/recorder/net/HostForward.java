package dev.retrovisor.recorder.net;

import java.util.Locale;

/**
 * A port of the host that leads to a port of the guest.
 *
 * @param hostPort 0 lets the host choose: {@link UserNetwork#forwards()} then says which it is
 */
public record HostForward(
        Protocol protocol, Ipv4Address bindAddress, int hostPort, Ipv4Address guestAddress, int guestPort) {
    /** What is forwarded. */
    public enum Protocol {
        TCP,
        UDP
    }

    HostForward withHostPort(int port) {
        return new HostForward(protocol, bindAddress, port, guestAddress, guestPort);
    }

    /** In QEMU's words, as an option would say it. */
    @Override
    public String toString() {
        return "%s:%s:%d-%s:%d"
                .formatted(protocol.name().toLowerCase(Locale.ROOT), bindAddress, hostPort, guestAddress, guestPort);
    }
}
