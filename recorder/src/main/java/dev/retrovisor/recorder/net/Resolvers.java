package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the host asks for names, in the order in which it asks. */
interface Resolvers {
    /** Called on the selector thread, for each query: must not wait for anything but a local file. */
    List<InetSocketAddress> current();

    /** The host's own, by resolv.conf(5); read anew each time, because laptops move. */
    static Resolvers ofHost() {
        return () -> {
            try {
                return parse(Files.readAllLines(Path.of("/etc/resolv.conf"), StandardCharsets.ISO_8859_1));
            } catch (IOException _) {
                return parse(List.of());
            }
        };
    }

    /** The first three name servers; the local host, as the C library has it, if there are none. */
    static List<InetSocketAddress> parse(List<String> lines) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length >= 2 && words[0].equals("nameserver")) {
                literal(words[1])
                        .map(address -> new InetSocketAddress(address, 53))
                        .forEach(servers::add);
            }
        }
        return servers.isEmpty()
                ? List.of(new InetSocketAddress(Ipv4Address.LOOPBACK.toInetAddress(), 53))
                : List.copyOf(servers.subList(0, Math.min(3, servers.size())));
    }

    /** An address in figures; a name gives nothing and asks nobody. */
    private static Stream<InetAddress> literal(String text) {
        try {
            return Stream.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Stream.empty();
        }
    }
}
