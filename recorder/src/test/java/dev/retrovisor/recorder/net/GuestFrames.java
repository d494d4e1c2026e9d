package dev.retrovisor.recorder.net;

import java.nio.ByteBuffer;

/** Frames as a guest would build them, written apart from the code under test, checksums included. */
final class GuestFrames {
    static final long MAC = 0x5254_0012_3456L;
    static final long GATEWAY_MAC = 0x5255_0a00_0202L;
    static final int GUEST = address(15);
    static final int GATEWAY = address(2);
    static final int DNS = address(3);

    private GuestFrames() {}

    /** An address of 10.0.2.0/24. */
    static int address(int station) {
        return 10 << 24 | 2 << 8 | station;
    }

    static ByteBuffer ethernet(long destination, int type, int payloadBytes) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payloadBytes);
        frame.putShort((short) (destination >>> 32)).putInt((int) destination);
        frame.putShort((short) (MAC >>> 32)).putInt((int) MAC);
        return frame.putShort((short) type);
    }

    static byte[] arp(int operation, int sender, int target) {
        ByteBuffer frame = ethernet(0xffff_ffff_ffffL, 0x0806, 28);
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .putShort((short) 0x0604)
                .putShort((short) operation);
        frame.putShort((short) (MAC >>> 32)).putInt((int) MAC).putInt(sender);
        return frame.putShort((short) 0).putInt(0).putInt(target).array();
    }

    static byte[] ipv4(long mac, int source, int destination, int protocol, int fragment, byte[] payload) {
        ByteBuffer frame = ethernet(mac, 0x0800, 20 + payload.length);
        frame.putShort((short) 0x4500).putShort((short) (20 + payload.length)).putShort((short) 77);
        frame.putShort((short) fragment).put((byte) 64).put((byte) protocol).putShort((short) 0);
        frame.putInt(source).putInt(destination).put(payload);
        return frame.putShort(24, (short) checksum(frame.array(), 14, 20, 0)).array();
    }

    static byte[] ipv4(int destination, int protocol, byte[] payload) {
        return ipv4(GATEWAY_MAC, GUEST, destination, protocol, 0, payload);
    }

    static byte[] udpPayload(int source, int sourcePort, int destination, int port, byte[] text) {
        ByteBuffer udp = ByteBuffer.allocate(8 + text.length);
        udp.putShort((short) sourcePort).putShort((short) port).putShort((short) (8 + text.length));
        udp.putShort((short) 0).put(text);
        int checksum = transportChecksum(source, destination, 17, udp.array());
        return udp.putShort(6, (short) (checksum == 0 ? 0xffff : checksum)).array();
    }

    static byte[] udp(int sourcePort, int destination, int port, byte[] text) {
        return ipv4(destination, 17, udpPayload(GUEST, sourcePort, destination, port, text));
    }

    static byte[] echo(int destination, int sequence, byte[] text) {
        ByteBuffer icmp = ByteBuffer.allocate(8 + text.length);
        icmp.put((byte) 8)
                .put((byte) 0)
                .putShort((short) 0)
                .putShort((short) 0x1234)
                .putShort((short) sequence);
        icmp.put(text);
        icmp.putShort(2, (short) checksum(icmp.array(), 0, icmp.capacity(), 0));
        return ipv4(destination, 1, icmp.array());
    }

    static byte[] tcp(
            int sourcePort,
            int destination,
            int port,
            int seq,
            int ack,
            int flags,
            int window,
            byte[] options,
            byte[] text) {
        ByteBuffer tcp = ByteBuffer.allocate(20 + options.length + text.length);
        tcp.putShort((short) sourcePort).putShort((short) port).putInt(seq).putInt(ack);
        tcp.put((byte) ((20 + options.length) / 4 << 4)).put((byte) flags).putShort((short) window);
        tcp.putInt(0).put(options).put(text);
        tcp.putShort(16, (short) transportChecksum(GUEST, destination, 6, tcp.array()));
        return ipv4(destination, 6, tcp.array());
    }

    static int transportChecksum(int source, int destination, int protocol, byte[] segment) {
        ByteBuffer pseudo = ByteBuffer.allocate(12).putInt(source).putInt(destination);
        pseudo.putShort((short) protocol).putShort((short) segment.length);
        return checksum(segment, 0, segment.length, ~checksum(pseudo.array(), 0, 12, 0) & 0xffff);
    }

    /** RFC 1071, word by word. */
    static int checksum(byte[] bytes, int from, int length, int seed) {
        int sum = seed;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }
}
