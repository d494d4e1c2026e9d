package dev.retrovisor.recorder.net;

import java.util.List;
import java.util.Optional;

/**
 * How a user-mode network is laid out.
 *
 * @param id the name by which a {@code -device} refers to it; {@code net0} when none is given
 * @param network the guest's network
 * @param host the gateway: what the guest sends there goes to the host's loopback
 * @param dns the name server's address in the guest's network
 * @param lease the first address that DHCP gives out
 * @param hostname the name that DHCP gives the guest, if any
 * @param forwards host ports that lead to the guest
 * @param restrict whether the guest is cut off from the host and the outside, but for {@code forwards}
 */
public record UserNetworkConfig(
        String id,
        Ipv4Network network,
        Ipv4Address host,
        Ipv4Address dns,
        Ipv4Address lease,
        Optional<String> hostname,
        List<HostForward> forwards,
        boolean restrict) {

    /** Copies the list. */
    public UserNetworkConfig {
        forwards = List.copyOf(forwards);
    }

    /** 10.0.2.0/24 with gateway .2, name server .3 and the guest at .15; open, nothing forwarded. */
    public static UserNetworkConfig standard() {
        return parse("user");
    }

    /**
     * Reads QEMU's words: {@code user[,id=..][,net=..][,host=..][,dns=..][,dhcpstart=..][,hostname=..][,restrict=on]}
     * and any number of {@code ,hostfwd=[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport}.
     *
     * <p>One difference from QEMU: a forward that names no host address listens on 127.0.0.1, not on all addresses.
     *
     * @throws NetworkOptionException what is wrong, where, and what to write instead
     */
    public static UserNetworkConfig parse(String options) {
        return new NetworkOptions(options).read();
    }

    /** The gateway's MAC address, 52:55 and the octets of {@link #host}; the name server answers with the same. */
    public long gatewayMac() {
        return 0x5255L << 32 | host.bits() & 0xffff_ffffL;
    }
}
