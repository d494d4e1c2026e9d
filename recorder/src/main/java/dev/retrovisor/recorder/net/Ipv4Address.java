package dev.retrovisor.recorder.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An IPv4 address as a value.
 *
 * @param bits the address with its first octet in the highest byte
 */
public record Ipv4Address(int bits) {
    /** The host's loopback address, 127.0.0.1. */
    public static final Ipv4Address LOOPBACK = new Ipv4Address(0x7f00_0001);

    static final int ANY = 0;
    static final int BROADCAST = -1;

    /** Reads four decimal octets, {@code 10.0.2.15}; never asks a resolver. */
    public static Optional<Ipv4Address> parse(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return Optional.empty();
        }
        int bits = 0;
        for (String octet : octets) {
            if (!octet.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(octet) > 255) {
                return Optional.empty();
            }
            bits = bits << 8 | Integer.parseInt(octet);
        }
        return Optional.of(new Ipv4Address(bits));
    }

    static Ipv4Address of(Inet4Address address) {
        return new Ipv4Address(Wire.u32(address.getAddress(), 0));
    }

    /** The same address as the JDK's sockets want it. */
    public InetAddress toInetAddress() {
        byte[] octets = new byte[4];
        Wire.put32(octets, 0, bits);
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("four octets are an address", e);
        }
    }

    @Override
    public String toString() {
        return "%d.%d.%d.%d".formatted(bits >>> 24, bits >>> 16 & 0xff, bits >>> 8 & 0xff, bits & 0xff);
    }
}
