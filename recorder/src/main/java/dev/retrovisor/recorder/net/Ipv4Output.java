package dev.retrovisor.recorder.net;

/** Sends IPv4 packets to the guest, in fragments where they are longer than the link's MTU. */
final class Ipv4Output {
    /** Where a payload starts in a frame. */
    static final int PAYLOAD = Ethernet.HEADER_BYTES + Ipv4Packet.HEADER_BYTES;

    private static final int TIME_TO_LIVE = 64;
    private static final int MAX_FRAGMENT_BYTES = (Ethernet.MTU_BYTES - Ipv4Packet.HEADER_BYTES) / 8 * 8;

    private final Arp arp;
    private int identification;

    Ipv4Output(Arp arp) {
        this.arp = arp;
    }

    /** A frame whose payload, from {@link #PAYLOAD} on, the caller fills before it sends it. */
    static byte[] frame(int payloadBytes) {
        return new byte[PAYLOAD + payloadBytes];
    }

    void send(byte[] frame, int source, int destination, int protocol) {
        int payloadBytes = frame.length - PAYLOAD;
        identification++;
        if (payloadBytes <= Ethernet.MTU_BYTES - Ipv4Packet.HEADER_BYTES) {
            header(frame, source, destination, protocol, 0);
            arp.sendTo(destination, frame);
            return;
        }
        for (int from = 0; from < payloadBytes; from += MAX_FRAGMENT_BYTES) {
            int bytes = Math.min(MAX_FRAGMENT_BYTES, payloadBytes - from);
            byte[] piece = frame(bytes);
            System.arraycopy(frame, PAYLOAD + from, piece, PAYLOAD, bytes);
            int more = from + bytes < payloadBytes ? Ipv4Packet.MORE_FRAGMENTS : 0;
            header(piece, source, destination, protocol, more | from / 8);
            arp.sendTo(destination, piece);
        }
    }

    /** Sends to a station that may not have the address yet: DHCP. */
    void sendToStation(byte[] frame, int source, int destination, int protocol, long mac) {
        identification++;
        header(frame, source, destination, protocol, 0);
        arp.deliver(frame, mac);
    }

    private void header(byte[] frame, int source, int destination, int protocol, int fragment) {
        int at = Ethernet.HEADER_BYTES;
        Wire.put8(frame, at, 0x45);
        Wire.put16(frame, at + 2, frame.length - at);
        Wire.put16(frame, at + 4, identification);
        Wire.put16(frame, at + 6, fragment);
        Wire.put8(frame, at + 8, TIME_TO_LIVE);
        Wire.put8(frame, at + 9, protocol);
        Wire.put32(frame, at + 12, source);
        Wire.put32(frame, at + 16, destination);
        Wire.put16(frame, at + 10, Checksums.finish(Checksums.sum(frame, at, Ipv4Packet.HEADER_BYTES, 0)));
    }
}
