package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ends by itself, at times that the test sets: the tables without the loop's thread and clock. */
@Timeout(30)
class IdleTest {
    private static final long SECOND = 1_000_000_000L;

    private final AddressPlan plan = new AddressPlan(UserNetworkConfig.standard());
    private final FrameQueue queue = new FrameQueue(() -> {});
    private final Arp arp = new Arp(plan, queue);
    private final Ipv4Output output = new Ipv4Output(arp);
    private final Icmp icmp = new Icmp(plan, output, _ -> false, Runnable::run);
    private Selector selector;
    private UdpTable udp;
    private TcpTable tcp;

    @BeforeEach
    void open() throws IOException {
        selector = Selector.open();
        udp = new UdpTable(plan, output, icmp, selector);
        tcp = new TcpTable(plan, output, icmp, queue, selector, List::of);
        arp.learn(GuestFrames.GUEST, GuestFrames.MAC);
    }

    @AfterEach
    void close() throws IOException {
        udp.close();
        tcp.close();
        selector.close();
    }

    private void serve(long nowNanos) throws IOException {
        selector.select(100);
        for (SelectionKey key : selector.selectedKeys()) {
            ((ChannelHandler) key.attachment()).ready(key, nowNanos);
        }
        selector.selectedKeys().clear();
        tcp.flush(nowNanos);
    }

    @Test
    void aUdpFlowEndsAfterThreeQuietMinutes() throws IOException {
        try (DatagramSocket peer = new DatagramSocket(new InetSocketAddress(Ipv4Address.LOOPBACK.toInetAddress(), 0))) {
            byte[] frame = GuestFrames.udp(5000, GuestFrames.GATEWAY, peer.getLocalPort(), new byte[3]);
            udp.receive(UdpDatagram.parse(Ipv4Packet.parse(frame, 14)), 0);
            assertEquals(180 * SECOND, udp.runTimers(100 * SECOND), "it waits for its time");
            assertEquals(1, selector.keys().size());
            assertEquals(Long.MAX_VALUE, udp.runTimers(181 * SECOND), "it has none any more");
            selector.selectNow();
            assertTrue(selector.keys().isEmpty(), "its socket is gone");
        }
    }

    @Test
    void aSilentConnectionEndsAfterTwoHoursWithAResetToBothSides() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, Ipv4Address.LOOPBACK.toInetAddress())) {
            ByteBuffer synAnswer = ByteBuffer.wrap(handshake(server.getLocalPort()));
            int ours = synAnswer.getInt(38) + 1;
            receive(server.getLocalPort(), 101, ours, 16, 0);
            try (Socket peer = server.accept()) {
                assertTrue(tcp.runTimers(7000 * SECOND) > 7000 * SECOND, "two hours are not over");
                tcp.runTimers(7441 * SECOND);
                selector.selectNow(); // A registered channel is closed for good by the next selection.
                byte[] reset = queue.poll();
                assertNotNull(reset, "the guest hears of it");
                assertEquals(4, reset[47] & 4, "by a reset");
                assertThrows(IOException.class, () -> peer.getInputStream().read(), "the host's peer too");
            }
        }
    }

    @Test
    void aConnectionThatTheGuestNeverCompletesEnds() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, Ipv4Address.LOOPBACK.toInetAddress())) {
            handshake(server.getLocalPort());
            int answers = 0;
            long now = 0;
            for (long next = tcp.runTimers(now); next != Long.MAX_VALUE; next = tcp.runTimers(now)) {
                now = next;
                tcp.flush(now);
                for (byte[] frame = queue.poll(); frame != null; frame = queue.poll()) {
                    answers += (frame[47] & 2) != 0 ? 1 : 0;
                }
            }
            assertEquals(6, answers, "its SYN was answered again, some times");
            assertTrue(now < 300 * SECOND, "and then no more");
        }
    }

    /** Sends a SYN at time 0 and returns the frame that answers it. */
    private byte[] handshake(int port) throws IOException {
        receive(port, 100, 0, 2, 0);
        byte[] frame = queue.poll();
        while (frame == null) {
            serve(0);
            frame = queue.poll();
        }
        return frame;
    }

    private void receive(int port, int seq, int ack, int flags, long nowNanos) {
        byte[] frame =
                GuestFrames.tcp(5000, GuestFrames.GATEWAY, port, seq, ack, flags, 1000, new byte[0], new byte[0]);
        tcp.receive(TcpSegment.parse(Ipv4Packet.parse(frame, 14)), nowNanos);
        tcp.flush(nowNanos);
    }
}
