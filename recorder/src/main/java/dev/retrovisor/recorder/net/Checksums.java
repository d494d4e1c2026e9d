package dev.retrovisor.recorder.net;

/** The Internet checksum: RFC 1071, and the pseudo-header of RFC 768 and RFC 9293. */
final class Checksums {
    private Checksums() {}

    /**
     * Adds 16-bit words to a running sum; an odd last byte counts as the high half of a word.
     *
     * @param seed a sum so far, made over an even number of bytes
     */
    static long sum(byte[] bytes, int from, int lengthBytes, long seed) {
        long sum = seed;
        int at = from;
        int end = from + lengthBytes;
        for (; at + 4 <= end; at += 4) {
            sum += Wire.u32(bytes, at) & 0xffff_ffffL;
        }
        if (at + 2 <= end) {
            sum += Wire.u16(bytes, at);
            at += 2;
        }
        if (at < end) {
            sum += Wire.u8(bytes, at) << 8;
        }
        return sum;
    }

    /** Folds a sum to the 16 bits that go on the wire; 0 for a block that holds its own right checksum. */
    static int finish(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }

    static long pseudoHeader(int source, int destination, int protocol, int lengthBytes) {
        return (source & 0xffff_ffffL) + (destination & 0xffff_ffffL) + protocol + lengthBytes;
    }
}
