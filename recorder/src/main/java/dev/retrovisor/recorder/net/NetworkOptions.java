package dev.retrovisor.recorder.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one {@code -netdev user,...} or {@code -nic user,...} value. */
final class NetworkOptions {
    private static final List<String> KEYS =
            List.of("id", "net", "host", "dns", "dhcpstart", "hostname", "hostfwd", "restrict");
    private static final Pattern FORWARD =
            Pattern.compile("(tcp|udp|):([^:-]*):([0-9]{1,5})-([^:-]*):([0-9]{1,5})", Pattern.CASE_INSENSITIVE);
    private static final Pattern HOSTNAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");
    // Station 15 is the lease: in a /28 it would be the broadcast address.
    private static final int LONGEST_PREFIX_BITS = 27;
    private static final int SHORTEST_PREFIX_BITS = 8;

    private final String options;
    private final Map<String, String> single = new HashMap<>();
    private final List<String> forwards = new ArrayList<>();

    NetworkOptions(String options) {
        this.options = options;
    }

    UserNetworkConfig read() {
        split();
        Ipv4Network network = network();
        Ipv4Address host = station("host", network, 2);
        Ipv4Address dns = station("dns", network, 3);
        Ipv4Address lease = station("dhcpstart", network, 15);
        if (host.equals(dns) || host.equals(lease) || dns.equals(lease)) {
            throw wrong("host %s, dns %s and dhcpstart %s must differ".formatted(host, dns, lease), "change one");
        }
        String id = single.getOrDefault("id", "net0");
        if (id.isEmpty()) {
            throw wrong("id is empty", "write id=net0");
        }
        return new UserNetworkConfig(id, network, host, dns, lease, hostname(), forwards(network, lease), restrict());
    }

    private void split() {
        String[] words = options.split(",", -1);
        if (!words[0].equals("user")) {
            throw wrong("backend '%s' is not supported".formatted(words[0]), "write user[,hostfwd=...]");
        }
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            String key = equals < 0 ? words[i] : words[i].substring(0, equals);
            if (!KEYS.contains(key)) {
                throw wrong("unknown option '%s'".formatted(key), "known are " + String.join(", ", KEYS));
            }
            if (equals < 0) {
                throw wrong("'%s' has no value".formatted(key), "write %s=...".formatted(key));
            }
            String value = words[i].substring(equals + 1);
            if (key.equals("hostfwd")) {
                forwards.add(value);
            } else if (single.put(key, value) != null) {
                throw wrong("'%s' is given twice".formatted(key), "keep one of them");
            }
        }
    }

    private Ipv4Network network() {
        String text = single.getOrDefault("net", "10.0.2.0/24");
        String remedy = "write an address and a prefix length of %d to %d, as net=10.0.2.0/24"
                .formatted(SHORTEST_PREFIX_BITS, LONGEST_PREFIX_BITS);
        int slash = text.indexOf('/');
        int prefixBits = slash < 0 ? 24 : prefixBits(text.substring(slash + 1));
        Ipv4Address base = Ipv4Address.parse(slash < 0 ? text : text.substring(0, slash))
                .orElseThrow(() -> wrong("net=%s is no network".formatted(text), remedy));
        if (prefixBits < SHORTEST_PREFIX_BITS || prefixBits > LONGEST_PREFIX_BITS) {
            throw wrong("net=%s has no usable prefix length".formatted(text), remedy);
        }
        int masked = base.bits() & Ipv4Network.mask(prefixBits);
        if (masked != base.bits()) {
            Ipv4Network meant = new Ipv4Network(new Ipv4Address(masked), prefixBits);
            throw wrong("net=%s has host bits set".formatted(text), "write net=" + meant);
        }
        if (!AddressPlan.isUnicast(base.bits())) {
            throw wrong("net=%s is reserved".formatted(text), "take a private network, as net=10.0.2.0/24");
        }
        return new Ipv4Network(base, prefixBits);
    }

    /** A prefix length or a mask; -1 when it is neither. */
    private static int prefixBits(String text) {
        if (text.matches("[0-9]{1,2}")) {
            return Integer.parseInt(text);
        }
        int mask = Ipv4Address.parse(text).map(Ipv4Address::bits).orElse(0);
        int prefixBits = Integer.bitCount(mask);
        return mask != 0 && mask == Ipv4Network.mask(prefixBits) ? prefixBits : -1;
    }

    private Ipv4Address station(String key, Ipv4Network network, int number) {
        String text = single.get(key);
        if (text == null) {
            return network.station(number);
        }
        return Ipv4Address.parse(text)
                .filter(address -> network.isStation(address.bits()))
                .orElseThrow(() -> wrong(
                        "%s=%s is no address in %s".formatted(key, text, network),
                        "write %s=%s or leave it out".formatted(key, network.station(number))));
    }

    private Optional<String> hostname() {
        Optional<String> hostname = Optional.ofNullable(single.get("hostname"));
        hostname.filter(name -> !HOSTNAME.matcher(name).matches()).ifPresent(name -> {
            throw wrong("hostname=%s is no host name".formatted(name), "use 1 to 63 letters, digits and hyphens");
        });
        return hostname;
    }

    private boolean restrict() {
        String text = single.getOrDefault("restrict", "off");
        return switch (text) {
            case "on", "yes", "y", "true" -> true;
            case "off", "no", "n", "false" -> false;
            default -> throw wrong("restrict=%s is neither on nor off".formatted(text), "write restrict=on");
        };
    }

    private List<HostForward> forwards(Ipv4Network network, Ipv4Address lease) {
        List<HostForward> read = new ArrayList<>();
        for (String text : forwards) {
            HostForward forward = forward(text, network, lease);
            boolean taken = read.stream()
                    .anyMatch(other -> other.protocol() == forward.protocol()
                            && other.bindAddress().equals(forward.bindAddress())
                            && other.hostPort() == forward.hostPort()
                            && forward.hostPort() != 0);
            if (taken) {
                throw wrong("hostfwd=%s takes a host port twice".formatted(text), "choose another host port");
            }
            read.add(forward);
        }
        return read;
    }

    private HostForward forward(String text, Ipv4Network network, Ipv4Address lease) {
        Matcher parts = FORWARD.matcher(text);
        if (!parts.matches()) {
            throw wrong(
                    "hostfwd=%s is not understood".formatted(text),
                    "write hostfwd=[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport,"
                            + " as hostfwd=tcp:127.0.0.1:2222-:22");
        }
        HostForward.Protocol protocol = parts.group(1).isEmpty()
                ? HostForward.Protocol.TCP
                : HostForward.Protocol.valueOf(parts.group(1).toUpperCase(Locale.ROOT));
        Ipv4Address bind = address(text, "host", parts.group(2), Ipv4Address.LOOPBACK);
        Ipv4Address guest = address(text, "guest", parts.group(4), lease);
        if (!network.isStation(guest.bits())) {
            throw wrong(
                    "hostfwd=%s: guest address %s is not in %s".formatted(text, guest, network),
                    "leave it out, or take one in " + network);
        }
        return new HostForward(protocol, bind, port(text, parts.group(3), 0), guest, port(text, parts.group(5), 1));
    }

    private Ipv4Address address(String forward, String side, String text, Ipv4Address absent) {
        if (text.isEmpty()) {
            return absent;
        }
        return Ipv4Address.parse(text)
                .orElseThrow(() -> wrong(
                        "hostfwd=%s: %s address '%s' is no IPv4 address".formatted(forward, side, text),
                        "write it as %s, or leave it out".formatted(absent)));
    }

    private int port(String forward, String text, int lowest) {
        int port = Integer.parseInt(text);
        if (port < lowest || port > 65535) {
            throw wrong(
                    "hostfwd=%s: port %s is out of range".formatted(forward, text),
                    "ports go from %d to 65535".formatted(lowest));
        }
        return port;
    }

    private NetworkOptionException wrong(String what, String remedy) {
        return new NetworkOptionException("%s in network option '%s': %s".formatted(what, options, remedy));
    }
}
