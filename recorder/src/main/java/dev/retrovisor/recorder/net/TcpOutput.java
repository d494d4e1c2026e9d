package dev.retrovisor.recorder.net;

/** Builds TCP segments to the guest. */
final class TcpOutput {
    /** The most data that fits the link, without options. */
    static final int MAX_SEGMENT_BYTES = Ethernet.MTU_BYTES - Ipv4Packet.HEADER_BYTES - TcpSegment.HEADER_BYTES;

    private static final int SYN_OPTION_BYTES = 8;

    private final Ipv4Output output;

    TcpOutput(Ipv4Output output) {
        this.output = output;
    }

    /** A segment without data. */
    void send(FlowKey flow, int flags, int sequence, int acknowledgement, int window) {
        byte[] frame = Ipv4Output.frame(TcpSegment.HEADER_BYTES);
        finish(frame, flow, TcpSegment.HEADER_BYTES, flags, sequence, acknowledgement, window);
    }

    /** A SYN, with the window scale if that is not negative. */
    void sendSyn(FlowKey flow, int flags, int sequence, int acknowledgement, int window, int windowScale) {
        int optionBytes = windowScale < 0 ? 4 : SYN_OPTION_BYTES;
        byte[] frame = Ipv4Output.frame(TcpSegment.HEADER_BYTES + optionBytes);
        int at = Ipv4Output.PAYLOAD + TcpSegment.HEADER_BYTES;
        Wire.put16(frame, at, TcpSegment.OPTION_SEGMENT << 8 | 4);
        Wire.put16(frame, at + 2, MAX_SEGMENT_BYTES);
        if (windowScale >= 0) {
            // One byte of padding first.
            Wire.put32(frame, at + 4, 1 << 24 | TcpSegment.OPTION_SCALE << 16 | 3 << 8 | windowScale);
        }
        finish(
                frame,
                flow,
                TcpSegment.HEADER_BYTES + optionBytes,
                flags | TcpSegment.SYN,
                sequence,
                acknowledgement,
                window);
    }

    /** A segment with data of a stream. */
    void sendData(
            FlowKey flow,
            int flags,
            int sequence,
            int acknowledgement,
            int window,
            ByteRing ring,
            long offset,
            int dataBytes) {
        byte[] frame = Ipv4Output.frame(TcpSegment.HEADER_BYTES + dataBytes);
        ring.copy(offset, frame, Ipv4Output.PAYLOAD + TcpSegment.HEADER_BYTES, dataBytes);
        finish(frame, flow, TcpSegment.HEADER_BYTES, flags, sequence, acknowledgement, window);
    }

    /** The reset that answers a segment which has no connection: RFC 9293, "Reset Generation". */
    void refuse(TcpSegment segment) {
        if (segment.has(TcpSegment.RST)) {
            return;
        }
        if (segment.has(TcpSegment.ACK)) {
            send(segment.flow(), TcpSegment.RST, segment.acknowledgement(), 0, 0);
        } else {
            int acknowledgement = segment.sequence() + segment.sequenceLength();
            send(segment.flow(), TcpSegment.RST | TcpSegment.ACK, 0, acknowledgement, 0);
        }
    }

    private void finish(
            byte[] frame, FlowKey flow, int headerBytes, int flags, int sequence, int acknowledgement, int window) {
        int at = Ipv4Output.PAYLOAD;
        int segmentBytes = frame.length - at;
        Wire.put16(frame, at, flow.remotePort());
        Wire.put16(frame, at + 2, flow.guestPort());
        Wire.put32(frame, at + 4, sequence);
        Wire.put32(frame, at + 8, acknowledgement);
        Wire.put8(frame, at + 12, headerBytes / 4 << 4);
        Wire.put8(frame, at + 13, flags);
        Wire.put16(frame, at + 14, window);
        long seed = Checksums.pseudoHeader(flow.remoteAddress(), flow.guestAddress(), Ipv4Packet.TCP, segmentBytes);
        Wire.put16(frame, at + 16, Checksums.finish(Checksums.sum(frame, at, segmentBytes, seed)));
        output.send(frame, flow.remoteAddress(), flow.guestAddress(), Ipv4Packet.TCP);
    }
}
