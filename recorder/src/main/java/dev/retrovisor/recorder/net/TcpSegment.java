package dev.retrovisor.recorder.net;

/**
 * A checked TCP segment (RFC 9293) from the guest. Of the options it knows the segment size and the window scale
 * (RFC 7323); timestamps and selective acknowledgements are not negotiated.
 *
 * @param packet the packet that carries it
 * @param headerBytes the TCP header's length, options included
 * @param maxSegmentBytes the option's value, 536 without it
 * @param windowScale the option's value, -1 without it
 */
record TcpSegment(Ipv4Packet packet, int headerBytes, int maxSegmentBytes, int windowScale) {
    static final int HEADER_BYTES = 20;
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;
    static final int OPTION_SEGMENT = 2;
    static final int OPTION_SCALE = 3;
    static final int MAX_SCALE = 14;

    /** The segment in a packet, or null when its lengths, ports or checksum are wrong. */
    static TcpSegment parse(Ipv4Packet packet) {
        byte[] bytes = packet.bytes();
        int at = packet.payload();
        if (packet.payloadBytes() < HEADER_BYTES) {
            return null;
        }
        int headerBytes = (Wire.u8(bytes, at + 12) >>> 4) * 4;
        boolean portless = Wire.u16(bytes, at) == 0 || Wire.u16(bytes, at + 2) == 0;
        if (headerBytes < HEADER_BYTES
                || headerBytes > packet.payloadBytes()
                || portless
                || !packet.transportChecksumHolds()) {
            return null;
        }
        int maxSegmentBytes = 536;
        int windowScale = -1;
        int option = at + HEADER_BYTES;
        int end = at + headerBytes;
        while (option < end && bytes[option] != 0) {
            if (bytes[option] == 1) {
                option++;
                continue;
            }
            int lengthBytes = option + 1 < end ? Wire.u8(bytes, option + 1) : 0;
            if (lengthBytes < 2 || option + lengthBytes > end) {
                break; // The rest can't be told apart: as if it were not there.
            }
            if (bytes[option] == OPTION_SEGMENT && lengthBytes == 4) {
                maxSegmentBytes = Wire.u16(bytes, option + 2);
            } else if (bytes[option] == OPTION_SCALE && lengthBytes == 3) {
                windowScale = Math.min(MAX_SCALE, Wire.u8(bytes, option + 2));
            }
            option += lengthBytes;
        }
        return new TcpSegment(packet, headerBytes, maxSegmentBytes, windowScale);
    }

    FlowKey flow() {
        int at = packet.payload();
        return new FlowKey(
                packet.source(), Wire.u16(packet.bytes(), at), packet.destination(), Wire.u16(packet.bytes(), at + 2));
    }

    int sequence() {
        return Wire.u32(packet.bytes(), packet.payload() + 4);
    }

    int acknowledgement() {
        return Wire.u32(packet.bytes(), packet.payload() + 8);
    }

    boolean has(int flag) {
        return (Wire.u8(packet.bytes(), packet.payload() + 13) & flag) != 0;
    }

    /** As it stands in the header, not scaled. */
    int window() {
        return Wire.u16(packet.bytes(), packet.payload() + 14);
    }

    int data() {
        return packet.payload() + headerBytes;
    }

    int dataBytes() {
        return packet.payloadBytes() - headerBytes;
    }

    /** What it takes of the sequence space. */
    int sequenceLength() {
        return dataBytes() + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }
}
