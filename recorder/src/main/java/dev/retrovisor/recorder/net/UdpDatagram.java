package dev.retrovisor.recorder.net;

import java.nio.ByteBuffer;

/**
 * A checked UDP datagram (RFC 768) from the guest.
 *
 * @param packet the packet that carries it
 * @param dataBytes the length of what follows the UDP header
 */
record UdpDatagram(Ipv4Packet packet, int dataBytes) {
    static final int HEADER_BYTES = 8;

    /** The datagram in a packet, or null when its length or checksum is wrong. */
    static UdpDatagram parse(Ipv4Packet packet) {
        if (packet.payloadBytes() < HEADER_BYTES) {
            return null;
        }
        int lengthBytes = Wire.u16(packet.bytes(), packet.payload() + 4);
        if (lengthBytes < HEADER_BYTES || lengthBytes > packet.payloadBytes()) {
            return null;
        }
        boolean unchecked = Wire.u16(packet.bytes(), packet.payload() + 6) == 0;
        long seed = Checksums.pseudoHeader(packet.source(), packet.destination(), Ipv4Packet.UDP, lengthBytes);
        if (!unchecked && Checksums.finish(Checksums.sum(packet.bytes(), packet.payload(), lengthBytes, seed)) != 0) {
            return null;
        }
        return new UdpDatagram(packet, lengthBytes - HEADER_BYTES);
    }

    int sourcePort() {
        return Wire.u16(packet.bytes(), packet.payload());
    }

    int destinationPort() {
        return Wire.u16(packet.bytes(), packet.payload() + 2);
    }

    FlowKey flow() {
        return new FlowKey(packet.source(), sourcePort(), packet.destination(), destinationPort());
    }

    /** Where the data starts in the packet's bytes. */
    int data() {
        return packet.payload() + HEADER_BYTES;
    }

    ByteBuffer dataBuffer() {
        return ByteBuffer.wrap(packet.bytes(), data(), dataBytes);
    }

    /** A frame with room for this much data, to be put at {@link #FRAME_DATA} before {@link #fill}. */
    static byte[] frame(int dataBytes) {
        return Ipv4Output.frame(HEADER_BYTES + dataBytes);
    }

    /** Where a frame that is being built has its data. */
    static final int FRAME_DATA = Ipv4Output.PAYLOAD + HEADER_BYTES;

    /** Writes the header of a datagram to the guest over data that stands in place. */
    static void fill(byte[] frame, int source, int sourcePort, int destination, int destinationPort) {
        int at = Ipv4Output.PAYLOAD;
        int lengthBytes = frame.length - at;
        Wire.put16(frame, at, sourcePort);
        Wire.put16(frame, at + 2, destinationPort);
        Wire.put16(frame, at + 4, lengthBytes);
        Wire.put16(frame, at + 6, 0);
        long seed = Checksums.pseudoHeader(source, destination, Ipv4Packet.UDP, lengthBytes);
        int checksum = Checksums.finish(Checksums.sum(frame, at, lengthBytes, seed));
        // 0 on the wire means "none": a sum of 0 goes as its other form.
        Wire.put16(frame, at + 6, checksum == 0 ? 0xffff : checksum);
    }
}
