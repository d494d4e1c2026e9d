package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A guest at the wire: answers ARP, checks every checksum, hands TCP to its sockets and keeps all else for the test. */
final class TestGuest implements AutoCloseable {
    final UserNetwork network;
    private final Random random;
    private final double loss;
    private final Semaphore wakeups = new Semaphore(0);
    private final Map<Long, TestGuestTcp> sockets = new HashMap<>();
    private final Map<Integer, List<TestGuestTcp>> listening = new HashMap<>();
    private final Deque<byte[]> kept = new ArrayDeque<>();
    private byte[] delayed;

    TestGuest(UserNetwork network) {
        this(network, 0, 0);
    }

    /** @param loss the share of TCP frames, both ways, that get lost; some that leave change places too */
    TestGuest(UserNetwork network, double loss, long seed) {
        this.network = network;
        this.loss = loss;
        this.random = new Random(seed);
        network.setWakeup(wakeups::release);
        send(GuestFrames.arp(1, GuestFrames.GUEST, GuestFrames.GATEWAY));
        next(0x0806);
    }

    void send(byte[] frame) {
        network.send(frame);
    }

    TestGuestTcp connect(int localPort, int address, int port) {
        TestGuestTcp socket = new TestGuestTcp(this, localPort, address, port);
        sockets.put(key(localPort, port), socket);
        socket.sendSyn();
        return socket;
    }

    /** The connections that come to a port, as they do. */
    List<TestGuestTcp> listen(int port) {
        return listening.computeIfAbsent(port, _ -> new ArrayList<>());
    }

    /** Runs until something is so. */
    void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            byte[] frame = network.poll();
            if (frame != null) {
                take(frame);
            } else {
                sockets.values().forEach(TestGuestTcp::work);
                release();
                pause();
            }
        }
    }

    private void pause() {
        try {
            wakeups.tryAcquire(5, TimeUnit.MILLISECONDS);
            wakeups.drainPermits();
        } catch (InterruptedException e) {
            throw new AssertionError("stopped while it waited for a frame", e);
        }
    }

    /** The payload after the Ethernet header of the next frame of a type that is not TCP. */
    ByteBuffer next(int type) {
        while (true) {
            until(() -> !kept.isEmpty());
            byte[] frame = kept.remove();
            if (ByteBuffer.wrap(frame).getShort(12) == type) {
                return ByteBuffer.wrap(frame, 14, frame.length - 14).slice();
            }
        }
    }

    /** The payload of the next IPv4 packet of a protocol; the packet's own header is checked and gone. */
    ByteBuffer nextIp(int protocol) {
        while (true) {
            ByteBuffer packet = next(0x0800);
            if (packet.get(9) == protocol) {
                return packet.position(20).slice();
            }
        }
    }

    void sendTcp(byte[] frame) {
        if (random.nextDouble() < loss) {
            return;
        }
        if (loss > 0 && delayed == null && random.nextDouble() < loss) {
            delayed = frame;
            return;
        }
        network.send(frame);
        release();
    }

    private void release() {
        if (delayed != null) {
            network.send(delayed);
            delayed = null;
        }
    }

    private void take(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        if (bytes.getShort(12) == 0x0806 && bytes.getShort(20) == 1) {
            if (bytes.getInt(38) == GuestFrames.GUEST) {
                network.send(GuestFrames.arp(2, GuestFrames.GUEST, GuestFrames.GATEWAY));
            }
            return;
        }
        if (bytes.getShort(12) == 0x0800) {
            assertEquals(0, GuestFrames.checksum(frame, 14, 20, 0), "IPv4 header checksums are right");
            assertEquals(frame.length - 14, bytes.getShort(16), "a frame is as long as its packet");
            if (frame[23] == 6) {
                takeTcp(bytes);
                return;
            }
        }
        kept.add(frame);
    }

    private void takeTcp(ByteBuffer bytes) {
        byte[] segment = new byte[bytes.capacity() - 34];
        bytes.get(34, segment);
        assertEquals(
                0,
                GuestFrames.transportChecksum(bytes.getInt(26), bytes.getInt(30), 6, segment),
                "TCP checksums are right");
        if (random.nextDouble() < loss) {
            return;
        }
        ByteBuffer tcp = ByteBuffer.wrap(segment);
        int remotePort = tcp.getShort(0) & 0xffff;
        int localPort = tcp.getShort(2) & 0xffff;
        TestGuestTcp socket = sockets.get(key(localPort, remotePort));
        boolean isSyn = (tcp.get(13) & 0x12) == 2;
        if (socket == null && isSyn && listening.containsKey(localPort)) {
            socket = new TestGuestTcp(this, localPort, bytes.getInt(26), remotePort);
            sockets.put(key(localPort, remotePort), socket);
            listening.get(localPort).add(socket);
        }
        if (socket != null) {
            socket.receive(tcp);
        } else if ((tcp.get(13) & 4) == 0) {
            int ack = tcp.getInt(4) + 1;
            network.send(GuestFrames.tcp(
                    localPort, bytes.getInt(26), remotePort, tcp.getInt(8), ack, 0x14, 0, new byte[0], new byte[0]));
        }
    }

    private static long key(int localPort, int remotePort) {
        return (long) localPort << 16 | remotePort;
    }

    @Override
    public void close() {
        network.close();
    }
}
