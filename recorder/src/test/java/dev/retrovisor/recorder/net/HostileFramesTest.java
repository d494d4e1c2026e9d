package dev.retrovisor.recorder.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a guest sends, the network goes on. Frames that could leave the machine are never made here. */
@Timeout(120)
class HostileFramesTest {
    private static final int FRAMES = 200_000;
    private static final int[] ADDRESSES = {
        GuestFrames.GATEWAY,
        GuestFrames.DNS,
        GuestFrames.GUEST,
        GuestFrames.address(255),
        0x7f00_0001,
        0xe000_0001,
        0,
        -1
    };

    private final Random random = new Random(20260101);

    @Test
    void noFrameStopsTheNetwork() throws IOException {
        try (ServerSocket tcp = new ServerSocket(0, 50, Ipv4Address.LOOPBACK.toInetAddress());
                DatagramSocket udp =
                        new DatagramSocket(new InetSocketAddress(Ipv4Address.LOOPBACK.toInetAddress(), 0));
                TestGuest guest = new TestGuest(UserNetwork.open(
                        UserNetworkConfig.parse("user"),
                        new HostSide(() -> List.of((InetSocketAddress) udp.getLocalSocketAddress()), _ -> true)))) {
            for (int i = 0; i < FRAMES; i++) {
                guest.send(frame(tcp.getLocalPort(), udp.getLocalPort()));
                // Drained, and now and then waited for, so that few frames are lost before they are looked at.
                while (guest.network.poll() != null) {}
                if (i % 500 == 499) {
                    barrier(guest, i);
                }
            }
            barrier(guest, FRAMES);
        }
    }

    /** An echo comes back once all before it has been looked at. */
    private static void barrier(TestGuest guest, int number) {
        guest.send(GuestFrames.arp(2, GuestFrames.GUEST, GuestFrames.GATEWAY));
        byte[] mark = ByteBuffer.allocate(8).putInt(0x6d61726b).putInt(number).array();
        guest.send(GuestFrames.echo(GuestFrames.GATEWAY, 7, mark));
        ByteBuffer reply;
        do {
            reply = guest.nextIp(1);
        } while (reply.capacity() != 16 || reply.getInt(8) != 0x6d61726b);
        assertEquals(number, reply.getInt(12), "the network still answers");
    }

    private byte[] frame(int tcpPort, int udpPort) {
        byte[] frame = switch (random.nextInt(8)) {
            case 0 -> bytes(random.nextInt(1600));
            case 1 -> randomIp();
            case 2 -> tcp(tcpPort);
            case 3 -> udp(random.nextBoolean() ? 53 : udpPort);
            case 4 -> udp(67);
            case 5 -> GuestFrames.arp(random.nextInt(4), random.nextInt(), GuestFrames.address(random.nextInt(256)));
            case 6 -> GuestFrames.ipv4(address(), random.nextInt(256), bytes(random.nextInt(100)));
            default -> fragment();
        };
        if (random.nextInt(4) == 0) {
            frame = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
        }
        // The addresses stay as they are: 26 to 33 in a frame of IPv4.
        if (random.nextInt(4) == 0 && frame.length > 60) {
            frame[34 + random.nextInt(frame.length - 34)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private int address() {
        return ADDRESSES[random.nextInt(ADDRESSES.length)];
    }

    /** Header fields of any value, the checksum made right again. */
    private byte[] randomIp() {
        byte[] frame = GuestFrames.ipv4(address(), random.nextInt(20), bytes(random.nextInt(80)));
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        int field = 14 + random.nextInt(10);
        bytes.put(field, (byte) random.nextInt()).putShort(24, (short) 0);
        int header = Math.min((frame[14] & 15) * 4, frame.length - 14);
        return bytes.putShort(24, (short) GuestFrames.checksum(frame, 14, header, 0))
                .array();
    }

    private byte[] tcp(int port) {
        byte[] options = bytes(random.nextInt(11) * 4);
        int seq = random.nextBoolean() ? random.nextInt(4) : random.nextInt();
        int guestPort = 1 + random.nextInt(700);
        return GuestFrames.tcp(
                guestPort,
                address(),
                random.nextInt(8) == 0 ? 0 : port,
                seq,
                random.nextInt(),
                random.nextBoolean() ? 2 : random.nextInt(256),
                random.nextInt(65536),
                options,
                bytes(random.nextInt(1400)));
    }

    private byte[] udp(int port) {
        byte[] text = bytes(random.nextInt(400));
        if (port == 67 && text.length > 240) {
            ByteBuffer.wrap(text)
                    .putInt(0, 0x0101_0600)
                    .putShort(28, (short) 0x5254)
                    .putInt(236, 0x6382_5363);
        }
        int source = random.nextInt(65536);
        int destination = address();
        byte[] udp = GuestFrames.udpPayload(GuestFrames.GUEST, source, destination, port, text);
        long mac = random.nextBoolean() ? GuestFrames.GATEWAY_MAC : 0xffff_ffff_ffffL;
        return GuestFrames.ipv4(mac, GuestFrames.GUEST, destination, 17, 0, udp);
    }

    private byte[] fragment() {
        int place = random.nextInt(0x10000) & (random.nextBoolean() ? 0x200f : 0xffff);
        return GuestFrames.ipv4(
                GuestFrames.GATEWAY_MAC,
                GuestFrames.GUEST,
                GuestFrames.GATEWAY,
                random.nextBoolean() ? 17 : 1,
                place,
                bytes(random.nextInt(200) * 8));
    }
}
