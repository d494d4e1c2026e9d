package dev.retrovisor.recorder.net;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Who is who in the guest's network, and what a guest's packet may reach. */
final class AddressPlan {
    /** Where a destination lies. */
    enum Place {
        /** The gateway: the host's loopback. */
        HOST,
        /** The name server that we play. */
        DNS,
        /** A host out there. */
        OUTSIDE,
        /** Forbidden by {@code restrict}. */
        PROHIBITED,
        /** Nothing that is ours to carry: other stations, broadcast, multicast, loopback, reserved. */
        NOWHERE
    }

    private final UserNetworkConfig config;

    AddressPlan(UserNetworkConfig config) {
        this.config = config;
    }

    UserNetworkConfig config() {
        return config;
    }

    int host() {
        return config.host().bits();
    }

    int dns() {
        return config.dns().bits();
    }

    long mac() {
        return config.gatewayMac();
    }

    /** Whether this is one of the two addresses that we answer for. */
    boolean isOurs(int address) {
        return address == host() || address == dns();
    }

    /** Whether a guest may send from this address: we drop what is spoofed. */
    boolean isGuest(int address) {
        return config.network().isStation(address) && !isOurs(address);
    }

    boolean contains(int address) {
        return config.network().contains(address);
    }

    Place place(int destination) {
        if (destination == host()) {
            return config.restrict() ? Place.PROHIBITED : Place.HOST;
        }
        if (destination == dns()) {
            return config.restrict() ? Place.PROHIBITED : Place.DNS;
        }
        if (contains(destination) || !isUnicast(destination)) {
            return Place.NOWHERE;
        }
        return config.restrict() ? Place.PROHIBITED : Place.OUTSIDE;
    }

    /** The address that a socket of the host must take for a destination {@code HOST} or {@code OUTSIDE}. */
    InetAddress socketAddress(int destination) {
        return destination == host()
                ? Ipv4Address.LOOPBACK.toInetAddress()
                : new Ipv4Address(destination).toInetAddress();
    }

    /** Under which address the guest sees a peer that came in by a forwarded port. */
    int seenAs(InetAddress peer) {
        if (peer instanceof Inet4Address ipv4) {
            int bits = Ipv4Address.of(ipv4).bits();
            return isUnicast(bits) && !contains(bits) ? bits : host();
        }
        return host();
    }

    /** Neither 0/8, nor loopback, nor multicast, nor reserved (RFC 1122, section on addressing). */
    static boolean isUnicast(int address) {
        int first = address >>> 24;
        return first != 0 && first != 127 && first < 224;
    }
}
