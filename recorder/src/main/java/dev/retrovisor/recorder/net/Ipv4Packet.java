package dev.retrovisor.recorder.net;

import java.util.Arrays;

/**
 * A checked IPv4 packet (RFC 791) inside a byte array that nobody changes any more.
 *
 * @param bytes what holds it
 * @param header where it starts there
 * @param headerBytes its header's length, options included; options are ignored
 * @param payloadBytes the length of what follows
 */
record Ipv4Packet(byte[] bytes, int header, int headerBytes, int payloadBytes) {
    static final int HEADER_BYTES = 20;
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int MORE_FRAGMENTS = 0x2000;
    static final int OFFSET_MASK = 0x1fff;

    /** The packet at an offset, or null when its version, lengths or checksum are wrong. */
    static Ipv4Packet parse(byte[] bytes, int header) {
        int room = bytes.length - header;
        if (room < HEADER_BYTES || Wire.u8(bytes, header) >>> 4 != 4) {
            return null;
        }
        int headerBytes = (Wire.u8(bytes, header) & 15) * 4;
        int totalBytes = Wire.u16(bytes, header + 2);
        if (headerBytes < HEADER_BYTES || totalBytes < headerBytes || totalBytes > room) {
            return null;
        }
        if (Checksums.finish(Checksums.sum(bytes, header, headerBytes, 0)) != 0) {
            return null;
        }
        return new Ipv4Packet(bytes, header, headerBytes, totalBytes - headerBytes);
    }

    int source() {
        return Wire.u32(bytes, header + 12);
    }

    int destination() {
        return Wire.u32(bytes, header + 16);
    }

    int protocol() {
        return Wire.u8(bytes, header + 9);
    }

    int timeToLive() {
        return Wire.u8(bytes, header + 8);
    }

    int identification() {
        return Wire.u16(bytes, header + 4);
    }

    boolean isFragment() {
        return (Wire.u16(bytes, header + 6) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
    }

    boolean moreFragments() {
        return (Wire.u16(bytes, header + 6) & MORE_FRAGMENTS) != 0;
    }

    int fragmentOffsetBytes() {
        return (Wire.u16(bytes, header + 6) & OFFSET_MASK) * 8;
    }

    int payload() {
        return header + headerBytes;
    }

    /** Whether the payload's checksum with the pseudo-header, as TCP and UDP have it, is right. */
    boolean transportChecksumHolds() {
        long seed = Checksums.pseudoHeader(source(), destination(), protocol(), payloadBytes);
        return Checksums.finish(Checksums.sum(bytes, payload(), payloadBytes, seed)) == 0;
    }

    /** What an ICMP error quotes: the header and the first 8 bytes of the payload (RFC 792). */
    byte[] quote() {
        return Arrays.copyOfRange(bytes, header, payload() + Math.min(8, payloadBytes));
    }
}
