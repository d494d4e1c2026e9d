package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sockets and what waits in them: beside the guest's /proc/net, and what its programs know. */
final class SocketsTest {
    private static final Map<String, String> TCP_STATES =
            Map.of("01", "ESTABLISHED", "05", "FIN_WAIT2", "08", "CLOSE_WAIT", "0A", "LISTEN", "07", "UNCONNECTED");

    @LookTest
    void internetSocketsAreThoseOfProc(Look look) throws UnknownHostException {
        for (Map.Entry<String, String> table : Map.of(
                        "tcp", "TCP", "tcp6", "TCPv6", "udp", "UDP", "udp6", "UDPv6", "raw", "RAW")
                .entrySet()) {
            Stream.Builder<String> expected = Stream.builder();
            for (String line : look.truth().lines("/proc/net/" + table.getKey())) {
                String[] words = line.strip().split("[ ]+");
                if (words[0].endsWith(":")) {
                    String[] queues = words[4].split(":");
                    expected.add("%s %s %s %d %d %s"
                            .formatted(
                                    address(words[1]),
                                    address(words[2]),
                                    TCP_STATES.get(words[3]),
                                    Long.parseLong(queues[1], 16),
                                    Long.parseLong(queues[0], 16),
                                    words[9]));
                }
            }
            List<String> found = sockets(look)
                    .filter(row -> row.text("protocol").equals(table.getValue()))
                    .map(row -> row.words("local", "remote", "state", "toRead", "toSend", "inode"))
                    .toList();
            assertThat(found)
                    .as("/proc/net/" + table.getKey())
                    .containsExactlyInAnyOrderElementsOf(expected.build().toList());
        }
    }

    /** The rows of the network namespace that the guest's init lives in. */
    private static Stream<Row> sockets(Look look) {
        return inFirstNamespace(look, "sockstat");
    }

    private static Stream<Row> inFirstNamespace(Look look, String inspection) {
        String first = look.truth().links("/proc/1/ns").get("net");
        return look.rows(inspection).stream()
                .filter(row -> first.equals("net:[%d]".formatted(row.number("namespace"))));
    }

    /** An address as /proc/net writes it: words of the host's byte order in hex digits, a colon, the port. */
    private static String address(String text) throws UnknownHostException {
        String[] parts = text.split(":");
        byte[] printed = HexFormat.of().parseHex(parts[0]);
        ByteBuffer words = ByteBuffer.wrap(printed).order(ByteOrder.BIG_ENDIAN);
        ByteBuffer bytes = ByteBuffer.allocate(printed.length).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
            bytes.putInt(words.getInt());
        }
        boolean isAny = Arrays.equals(bytes.array(), new byte[printed.length]);
        String host = printed.length == 4
                ? InetAddress.getByAddress(bytes.array()).getHostAddress()
                : isAny ? "[::]" : "[" + InetAddress.getByAddress(bytes.array()).getHostAddress() + "]";
        return host + ":" + Integer.parseInt(parts[1], 16);
    }

    @LookTest
    void unixSocketsAreThoseOfProc(Look look) {
        Map<String, String> types = Map.of("0001", "STREAM", "0002", "DGRAM", "0005", "SEQPACKET");
        List<String> expected = look.truth().lines("/proc/net/unix").stream()
                .skip(1)
                .map(line -> line.strip().split(" +"))
                .map(words -> "%s %s %s".formatted(types.get(words[4]), words[6], words.length > 7 ? words[7] : ""))
                .toList();

        assertThat(inFirstNamespace(look, "unixsockets").map(row -> row.words("type", "inode", "path")))
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @LookTest
    void netlinkAndPacketSocketsAreThoseOfProc(Look look) {
        assertThat(sockets(look)
                        .filter(row -> row.text("family").equals("NETLINK"))
                        .map(row -> row.text("inode")))
                .containsExactlyInAnyOrderElementsOf(inodes(look, "/proc/net/netlink"));
        assertThat(sockets(look)
                        .filter(row -> row.text("family").equals("PACKET"))
                        .map(row -> row.text("inode")))
                .containsExactlyInAnyOrderElementsOf(inodes(look, "/proc/net/packet"));
    }

    private static List<String> inodes(Look look, String path) {
        return look.truth().lines(path).stream()
                .skip(1)
                .map(line -> line.strip().replaceFirst(".* ", ""))
                .toList();
    }

    @LookTest
    void queuesOfUnixSocketsHaveWhatWasSentAndBothEndsHolders(Look look) {
        Map<String, String> fact =
                look.truth().fact("unix", "pid", "" + look.truth().actor("unix"));
        String pid = fact.get("pid");
        String[] pair = fact.get("pair").split(",");

        Row reading = heldBy(look, pid, pair[1]);
        assertThat(reading.words("type", "messages", "bytes")).isEqualTo("STREAM 2 28");
        assertThat(reading.text("peerHolders")).isEqualTo(pid + "/" + pair[0]);
        Row accepted = heldBy(look, pid, fact.get("accepted"));
        assertThat(accepted.words("path", "messages", "bytes")).isEqualTo("/tmp/look.sock 1 15");
        assertThat(accepted.text("peerHolders")).startsWith(fact.get("client") + "/");
        assertThat(heldBy(look, pid, fact.get("datagram")).words("path", "messages", "bytes"))
                .isEqualTo("@look-datagrams 2 20");
        assertThat(heldBy(look, pid, fact.get("listener")).words("state", "messages"))
                .isEqualTo("LISTEN 1");
        String[] packets = fact.get("seqpacket").split(",");
        assertThat(heldBy(look, pid, packets[0]).words("type", "messages", "bytes"))
                .isEqualTo("SEQPACKET 1 6");
    }

    private static Row heldBy(Look look, String pid, String fd) {
        return look.rows("unixsockets").stream()
                .filter(row -> List.of(row.text("holders").split(" ")).contains(pid + "/" + fd))
                .findFirst()
                .orElseThrow();
    }
}
