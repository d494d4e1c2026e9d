package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class UserNetworkTcpTest {
    private static final InetAddress LOOPBACK = Ipv4Address.LOOPBACK.toInetAddress();

    /** What a host's server does with one connection. */
    private interface Service {
        void serve(Socket socket) throws IOException;
    }

    private static ServerSocket server(Service service) throws IOException {
        ServerSocket listener = new ServerSocket(0, 50, LOOPBACK);
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            service.serve(socket);
                        } catch (IOException _) {
                            // The guest has reset it.
                        }
                    });
                } catch (IOException _) {
                    return; // Closed: the test is over.
                }
            }
        });
        return listener;
    }

    private static void echo(Socket socket) throws IOException {
        socket.getInputStream().transferTo(socket.getOutputStream());
    }

    private static byte[] randomBytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static UserNetwork open(String options) throws IOException {
        return UserNetwork.open(UserNetworkConfig.parse(options), new HostSide(List::of, _ -> false));
    }

    @ParameterizedTest
    @CsvSource({"0.0, 5000000", "0.01, 5000000", "0.1, 300000"})
    void anEchoedStreamComesBackWholeHoweverMuchIsLost(double loss, int bytes) throws IOException {
        byte[] sent = randomBytes(bytes, 7);
        try (ServerSocket server = server(UserNetworkTcpTest::echo);
                TestGuest guest = new TestGuest(open("user"), loss, 42)) {
            TestGuestTcp socket = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            socket.write(sent);
            socket.closeOutput();
            guest.until(() -> socket.peerClosed || socket.reset);

            assertFalse(socket.reset, "nothing resets it");
            assertArrayEquals(sent, socket.received.toByteArray(), "TCP loses, doubles and reorders nothing");
        }
    }

    @Test
    void manyConnectionsShareTheLink() throws IOException {
        try (ServerSocket server = server(UserNetworkTcpTest::echo);
                TestGuest guest = new TestGuest(open("user"), 0.005, 43)) {
            List<TestGuestTcp> sockets = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                TestGuestTcp socket = guest.connect(41000 + i, GuestFrames.GATEWAY, server.getLocalPort());
                socket.write(randomBytes(20_000, i));
                socket.closeOutput();
                sockets.add(socket);
            }
            guest.until(() -> sockets.stream().allMatch(socket -> socket.peerClosed));
            for (int i = 0; i < sockets.size(); i++) {
                assertArrayEquals(
                        randomBytes(20_000, i), sockets.get(i).received.toByteArray(), "stream " + i);
            }
        }
    }

    @Test
    void aRefusedConnectionIsResetAtOnce() throws IOException {
        int closedPort;
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            closedPort = free.getLocalPort();
        }
        try (TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp socket = guest.connect(40000, GuestFrames.GATEWAY, closedPort);
            guest.until(() -> socket.reset);
            assertFalse(socket.established, "a refusal is no connection");
        }
    }

    @Test
    void aClosedHalfLeavesTheOtherOpen() throws IOException {
        byte[] answer = randomBytes(100_000, 3);
        CompletableFuture<byte[]> question = new CompletableFuture<>();
        Service service = socket -> {
            question.complete(socket.getInputStream().readAllBytes());
            socket.getOutputStream().write(answer);
        };
        try (ServerSocket server = server(service);
                TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp socket = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            socket.write("question".getBytes());
            socket.closeOutput();
            guest.until(() -> socket.peerClosed);

            assertEquals("question", new String(question.join()), "the end of input came after all of it");
            assertArrayEquals(answer, socket.received.toByteArray(), "the guest still receives after its FIN");
            assertTrue(socket.finAcknowledged, "both FINs are acknowledged");
        }
    }

    @Test
    void theHostMayCloseFirstAndStillReceive() throws IOException {
        CompletableFuture<byte[]> late = new CompletableFuture<>();
        Service service = socket -> {
            socket.getOutputStream().write("bye".getBytes());
            socket.shutdownOutput();
            late.complete(socket.getInputStream().readAllBytes());
        };
        try (ServerSocket server = server(service);
                TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp socket = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            guest.until(() -> socket.peerClosed);
            socket.write("late".getBytes());
            socket.closeOutput();
            guest.until(late::isDone);

            assertEquals("bye", socket.received.toString());
            assertEquals("late", new String(late.join()), "what follows the host's FIN still goes to the host");
        }
    }

    @Test
    void aForwardedPortLeadsToTheGuest() throws Exception {
        byte[] sent = randomBytes(1_000_000, 5);
        try (TestGuest guest = new TestGuest(open("user,hostfwd=tcp:127.0.0.1:0-:22"), 0.01, 44);
                var client = Executors.newVirtualThreadPerTaskExecutor()) {
            List<TestGuestTcp> accepted = guest.listen(22);
            int port = guest.network.forwards().getFirst().hostPort();
            var received = client.submit(() -> {
                try (Socket socket = new Socket(LOOPBACK, port)) {
                    client.submit(() -> {
                        OutputStream out = socket.getOutputStream();
                        out.write(sent);
                        socket.shutdownOutput();
                        return null;
                    });
                    return socket.getInputStream().readAllBytes();
                }
            });
            guest.until(() -> !accepted.isEmpty() && accepted.getFirst().peerClosed);
            TestGuestTcp socket = accepted.getFirst();
            assertArrayEquals(sent, socket.received.toByteArray(), "the guest has all that the client sent");
            socket.write(sent);
            socket.closeOutput();
            guest.until(received::isDone);
            assertArrayEquals(sent, received.get(), "the client has all that the guest sent");
        }
    }

    @Test
    void aForwardToAClosedGuestPortResetsTheClient() throws Exception {
        try (TestGuest guest = new TestGuest(open("user,restrict=on,hostfwd=tcp:127.0.0.1:0-:23"));
                var client = Executors.newVirtualThreadPerTaskExecutor()) {
            int port = guest.network.forwards().getFirst().hostPort();
            var outcome = client.submit(() -> {
                try (Socket socket = new Socket(LOOPBACK, port)) {
                    return socket.getInputStream().read();
                } catch (IOException _) {
                    return -2;
                }
            });
            guest.until(outcome::isDone);
            assertEquals(-2, outcome.get(), "a reset, not an end of input");
        }
    }

    @Test
    void aShutWindowHoldsTheHostBackAndLosesNothing() throws IOException {
        byte[] sent = randomBytes(3_000_000, 9);
        try (ServerSocket server = server(socket -> socket.getOutputStream().write(sent));
                TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp socket = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            guest.until(() -> socket.received.size() > 100_000);
            socket.windowBytes = 0;
            socket.sendWindow();
            int[] polls = {0};
            guest.until(() -> ++polls[0] > 300);
            int held = socket.received.size();
            assertTrue(held < 1_000_000, "a shut window stops the stream, not " + held);
            // The update that opens it is "lost": only a probe can find out.
            socket.windowBytes = 1 << 18;
            guest.until(() -> socket.peerClosed);
            assertArrayEquals(sent, socket.received.toByteArray());
        }
    }

    @Test
    void aResetOfTheGuestReachesTheHostAndOneOfTheHostTheGuest() throws IOException {
        CompletableFuture<Boolean> sawReset = new CompletableFuture<>();
        Service service = socket -> {
            InputStream in = socket.getInputStream();
            if (in.read() == 'x') {
                socket.setSoLinger(true, 0);
                socket.close();
                return;
            }
            try {
                sawReset.complete(in.read() == -2);
            } catch (IOException _) {
                sawReset.complete(true);
            }
        };
        try (ServerSocket server = server(service);
                TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp socket = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            socket.write("a".getBytes());
            guest.until(socket::isAllAcknowledged);
            socket.abort();
            guest.until(sawReset::isDone);
            assertTrue(sawReset.join(), "the host's peer sees a reset");

            TestGuestTcp other = guest.connect(40001, GuestFrames.GATEWAY, server.getLocalPort());
            other.write("x".getBytes());
            guest.until(() -> other.reset);
        }
    }

    @Test
    void aGuestThatRebootedCanUseItsPortsAgain() throws IOException {
        try (ServerSocket server = server(UserNetworkTcpTest::echo);
                TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp before = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            before.write("one".getBytes());
            guest.until(() -> before.received.size() == 3);

            TestGuestTcp after = guest.connect(40000, GuestFrames.GATEWAY, server.getLocalPort());
            guest.until(() -> after.sawChallenge);
            after.resetChallenge();
            after.sendSyn();
            after.write("two".getBytes());
            guest.until(() -> after.received.size() == 3);
            assertEquals("two", after.received.toString());
        }
    }

    @Test
    void moreConnectionsThanTheLimitAreRefusedNotForgotten() throws IOException {
        try (ServerSocket server = server(socket -> socket.getInputStream().readAllBytes());
                TestGuest guest = new TestGuest(open("user"))) {
            TestGuestTcp[] sockets = new TestGuestTcp[520];
            for (int i = 0; i < sockets.length; i++) {
                TestGuestTcp socket = guest.connect(30000 + i, GuestFrames.GATEWAY, server.getLocalPort());
                sockets[i] = socket;
                guest.until(() -> socket.established || socket.reset);
            }
            assertEquals(
                    512,
                    Arrays.stream(sockets).filter(socket -> socket.established).count());
            assertEquals(
                    8, Arrays.stream(sockets).filter(socket -> socket.reset).count());
        }
    }
}
