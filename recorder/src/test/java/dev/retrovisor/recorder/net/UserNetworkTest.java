package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UserNetworkTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(Ipv4Address.LOOPBACK.toInetAddress(), 0);

    private static TestGuest guest(String options, InetSocketAddress... resolvers) throws IOException {
        HostSide hostSide = new HostSide(
                () -> List.of(resolvers), address -> address.getHostAddress().equals("198.51.100.1"));
        return new TestGuest(UserNetwork.open(UserNetworkConfig.parse(options), hostSide));
    }

    /** A host's UDP socket that sends back what comes, changed by {@code answer}; closes with the test. */
    private static DatagramSocket responder(UnaryOperator<byte[]> answer) throws IOException {
        DatagramSocket socket = new DatagramSocket(ANY_PORT);
        Thread.ofVirtual().start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
            while (true) {
                try {
                    packet.setLength(65536);
                    socket.receive(packet);
                    byte[] bytes = answer.apply(Arrays.copyOf(packet.getData(), packet.getLength()));
                    socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
                } catch (IOException _) {
                    return;
                }
            }
        });
        return socket;
    }

    private static byte[] text(ByteBuffer udp) {
        byte[] text = new byte[udp.capacity() - 8];
        udp.get(8, text);
        return text;
    }

    @Test
    void arpTellsTheGatewayAndTheNameServerAndNobodyElse() throws IOException {
        try (TestGuest guest = guest("user")) {
            guest.send(GuestFrames.arp(1, GuestFrames.GUEST, GuestFrames.address(99)));
            guest.send(GuestFrames.arp(1, GuestFrames.GUEST, GuestFrames.DNS));
            ByteBuffer reply = guest.next(0x0806);
            assertEquals(2, reply.getShort(6), "a reply");
            assertEquals(GuestFrames.DNS, reply.getInt(14), "for the address that is there");
            assertEquals(GuestFrames.GATEWAY_MAC, reply.getLong(8) >>> 16, "with the gateway's MAC");
        }
    }

    private static byte[] dhcp(int type, int requested) {
        ByteBuffer message = ByteBuffer.allocate(300);
        message.put((byte) 1).putShort((short) 0x0106).put(3, (byte) 0).putInt(4, 0xabcd1234);
        message.putShort(28, (short) (GuestFrames.MAC >>> 32)).putInt(30, (int) GuestFrames.MAC);
        message.putInt(236, 0x63825363).position(240);
        message.put((byte) 53).put((byte) 1).put((byte) type);
        message.put((byte) 12).put((byte) 4).put("busy".getBytes());
        if (requested != 0) {
            message.put((byte) 50).put((byte) 4).putInt(requested);
            message.put((byte) 54).put((byte) 4).putInt(GuestFrames.GATEWAY);
        }
        message.put((byte) 255);
        byte[] udp = GuestFrames.udpPayload(0, 68, -1, 67, message.array());
        return GuestFrames.ipv4(0xffff_ffff_ffffL, 0, -1, 17, 0, udp);
    }

    /** An option's value of a DHCP message, or null. */
    private static ByteBuffer option(byte[] message, int code) {
        for (int at = 240; message[at] != -1; at += 2 + message[at + 1]) {
            if (message[at] == code) {
                return ByteBuffer.wrap(message, at + 2, message[at + 1]).slice();
            }
        }
        return null;
    }

    @Test
    void dhcpGivesTheLeaseTheRouterAndTheNameServer() throws IOException {
        try (TestGuest guest = guest("user,hostname=box")) {
            guest.send(dhcp(1, 0));
            byte[] offer = text(guest.nextIp(17));
            assertEquals(2, option(offer, 53).get(0), "an offer");
            guest.send(dhcp(3, ByteBuffer.wrap(offer).getInt(16)));
            byte[] ack = text(guest.nextIp(17));
            assertEquals(5, option(ack, 53).get(0), "an acknowledgement");
            assertEquals(0xabcd1234, ByteBuffer.wrap(ack).getInt(4), "of this transaction");
            assertEquals(GuestFrames.GUEST, ByteBuffer.wrap(ack).getInt(16));
            assertEquals(0xffff_ff00, option(ack, 1).getInt(0));
            assertEquals(GuestFrames.GATEWAY, option(ack, 3).getInt(0));
            assertEquals(GuestFrames.DNS, option(ack, 6).getInt(0));
            assertTrue(option(ack, 51).getInt(0) > 3600, "the lease outlasts an hour");
            assertEquals('b', option(ack, 12).get(0));
            guest.send(dhcp(3, GuestFrames.address(77)));
            assertEquals(6, option(text(guest.nextIp(17)), 53).get(0), "another address is not granted");
        }
    }

    @Test
    void pingIsAnsweredForUsAndForWhomTheHostReaches() throws IOException {
        try (TestGuest guest = guest("user")) {
            // 198.51.100.1 is "reachable" by the injected look-up: nothing leaves this machine.
            for (int address : new int[] {GuestFrames.GATEWAY, GuestFrames.DNS, 198 << 24 | 51 << 16 | 100 << 8 | 1}) {
                guest.send(GuestFrames.echo(address, 9, "abcde".getBytes()));
                ByteBuffer reply = guest.nextIp(1);
                assertEquals(0, reply.get(0), "an echo reply");
                assertEquals(0, GuestFrames.checksum(reply.array(), 34, reply.capacity(), 0), "with a right checksum");
                assertEquals(9, reply.getShort(6));
                assertEquals('e', reply.get(12));
            }
        }
    }

    @Test
    void udpGoesOutAndComesBackWholeOrInFragments() throws IOException {
        byte[] large = new byte[9000];
        new Random(1).nextBytes(large);
        try (DatagramSocket echo = responder(bytes -> bytes);
                TestGuest guest = guest("user")) {
            guest.send(GuestFrames.udp(5000, GuestFrames.GATEWAY, echo.getLocalPort(), "hi".getBytes()));
            ByteBuffer small = guest.nextIp(17);
            assertEquals(5000, small.getShort(2));
            assertEquals(echo.getLocalPort(), small.getShort(0) & 0xffff);
            assertArrayEquals("hi".getBytes(), text(small));

            byte[] udp =
                    GuestFrames.udpPayload(GuestFrames.GUEST, 5000, GuestFrames.GATEWAY, echo.getLocalPort(), large);
            int[] offsets = {1480 * 2, 0, 1480 * 6, 1480, 1480 * 3, 1480 * 5, 1480 * 4};
            for (int from : offsets) {
                int end = Math.min(udp.length, from + 1480);
                int fragment = (end < udp.length ? 0x2000 : 0) | from / 8;
                guest.send(GuestFrames.ipv4(
                        GuestFrames.GATEWAY_MAC,
                        GuestFrames.GUEST,
                        GuestFrames.GATEWAY,
                        17,
                        fragment,
                        Arrays.copyOfRange(udp, from, end)));
            }
            ByteBuffer whole = ByteBuffer.allocate(udp.length);
            boolean more = true;
            while (more) {
                ByteBuffer packet = guest.next(0x0800);
                int fragment = packet.getShort(6);
                more = (fragment & 0x2000) != 0;
                whole.put((fragment & 0x1fff) * 8, packet.array(), 34, packet.capacity() - 20);
            }
            assertArrayEquals(large, text(whole), "9000 bytes went there and back in fragments");
            assertEquals(0, GuestFrames.transportChecksum(GuestFrames.GATEWAY, GuestFrames.GUEST, 17, whole.array()));
        }
    }

    @Test
    void udpToAClosedPortIsUnreachable() throws IOException {
        int closedPort;
        try (DatagramSocket free = new DatagramSocket(ANY_PORT)) {
            closedPort = free.getLocalPort();
        }
        try (TestGuest guest = guest("user")) {
            guest.send(GuestFrames.udp(5000, GuestFrames.GATEWAY, closedPort, "hi".getBytes()));
            ByteBuffer error = guest.nextIp(1);
            assertEquals(3, error.get(0), "destination unreachable");
            assertEquals(3, error.get(1), "the port");
            assertEquals(5000, error.getShort(28), "the quote names the guest's port");
        }
    }

    @Test
    void aForwardedUdpPortLeadsToTheGuestAndBack() throws IOException {
        try (TestGuest guest = guest("user,restrict=on,hostfwd=udp:127.0.0.1:0-:7");
                DatagramSocket client = new DatagramSocket(ANY_PORT)) {
            HostForward forward = guest.network.forwards().getFirst();
            client.send(
                    new DatagramPacket("ping".getBytes(), 4, Ipv4Address.LOOPBACK.toInetAddress(), forward.hostPort()));
            ByteBuffer arrived = guest.nextIp(17);
            assertEquals(7, arrived.getShort(2));
            assertArrayEquals("ping".getBytes(), text(arrived));
            guest.send(GuestFrames.udp(7, GuestFrames.GATEWAY, arrived.getShort(0) & 0xffff, "pong".getBytes()));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            client.receive(answer);
            assertEquals("pong", new String(answer.getData(), 0, answer.getLength()));
            assertEquals(forward.hostPort(), answer.getPort(), "from the port that was asked");
        }
    }

    private static byte[] query(int id) {
        return ByteBuffer.allocate(17)
                .putShort((short) id)
                .putShort((short) 0x0100)
                .putShort((short) 1)
                .putShort(15, (short) 1)
                .array();
    }

    @Test
    void dnsAsksTheNextResolverWhenOneRefuses() throws IOException {
        DatagramSocket closed = new DatagramSocket(ANY_PORT);
        InetSocketAddress dead = (InetSocketAddress) closed.getLocalSocketAddress();
        closed.close();
        try (DatagramSocket resolver = responder(bytes -> {
                    byte[] answer = Arrays.copyOf(bytes, bytes.length + 4);
                    answer[2] |= (byte) 0x80;
                    return answer;
                });
                TestGuest guest = guest("user", dead, (InetSocketAddress) resolver.getLocalSocketAddress())) {
            guest.send(GuestFrames.udp(6000, GuestFrames.DNS, 53, query(0x4242)));
            ByteBuffer answer = guest.nextIp(17);
            assertEquals(53, answer.getShort(0));
            assertEquals(0x4242, answer.getShort(8));
            assertEquals(8 + 21, answer.capacity(), "the resolver's answer as it is");
        }
    }

    @Test
    void dnsFailsByItsOwnWordsWhenNobodyAnswers() throws IOException {
        DatagramSocket closed = new DatagramSocket(ANY_PORT);
        InetSocketAddress dead = (InetSocketAddress) closed.getLocalSocketAddress();
        closed.close();
        try (TestGuest guest = guest("user", dead)) {
            guest.send(GuestFrames.udp(6000, GuestFrames.DNS, 53, query(0x4243)));
            ByteBuffer answer = guest.nextIp(17);
            assertEquals(0x4243, answer.getShort(8));
            assertEquals(0x8182, answer.getShort(10) & 0xffff, "a response: SERVFAIL");
        }
    }

    @Test
    void dnsOverTcpGoesToTheResolver() throws IOException {
        try (ServerSocket resolver = new ServerSocket(0, 5, Ipv4Address.LOOPBACK.toInetAddress());
                TestGuest guest = guest("user", (InetSocketAddress) resolver.getLocalSocketAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = resolver.accept()) {
                    socket.getOutputStream().write(socket.getInputStream().readNBytes(5));
                } catch (IOException e) {
                    throw new AssertionError("the resolver's socket", e);
                }
            });
            TestGuestTcp socket = guest.connect(40000, GuestFrames.DNS, 53);
            socket.write("query".getBytes());
            guest.until(() -> socket.peerClosed);
            assertEquals("query", socket.received.toString());
        }
    }

    @Test
    void aRestrictedGuestLearnsThatItIsRestricted() throws IOException {
        try (TestGuest guest = guest("user,restrict=on")) {
            byte[][] frames = {
                GuestFrames.udp(6000, GuestFrames.DNS, 53, query(1)),
                GuestFrames.udp(6000, GuestFrames.GATEWAY, 9, new byte[1]),
                GuestFrames.tcp(6000, GuestFrames.GATEWAY, 9, 1, 0, 2, 100, new byte[0], new byte[0]),
                GuestFrames.echo(198 << 24 | 51 << 16 | 100 << 8 | 1, 1, new byte[0]),
            };
            for (byte[] frame : frames) {
                guest.send(frame);
                ByteBuffer error = guest.nextIp(1);
                assertEquals(3, error.get(0), "destination unreachable");
                assertEquals(13, error.get(1), "administratively prohibited");
            }
            guest.send(GuestFrames.echo(GuestFrames.GATEWAY, 1, new byte[0]));
            assertEquals(0, guest.nextIp(1).get(0), "the gateway still answers");
        }
    }

    @Test
    void aHostPortInUseIsTheUsersErrorAndNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 5, Ipv4Address.LOOPBACK.toInetAddress())) {
            String options = "user,hostfwd=tcp:127.0.0.1:%d-:22".formatted(taken.getLocalPort());
            UserNetworkConfig config = UserNetworkConfig.parse(options);
            var error = assertThrows(NetworkOptionException.class, () -> UserNetwork.open(config));
            assertTrue(error.getMessage().contains("TCP port 127.0.0.1:" + taken.getLocalPort()), error.getMessage());
        }
    }
}
