package dev.retrovisor.recorder.net;

/** Ethernet II frames: destination 6, source 6, type 2, payload. No VLAN tags, no FCS. */
final class Ethernet {
    static final int HEADER_BYTES = 14;
    /** Longest payload. */
    static final int MTU_BYTES = 1500;

    static final int MAX_FRAME_BYTES = HEADER_BYTES + MTU_BYTES;
    static final int TYPE_IPV4 = 0x0800;
    static final int TYPE_ARP = 0x0806;
    static final long BROADCAST = 0xffff_ffff_ffffL;

    private Ethernet() {}

    static long destination(byte[] frame) {
        return Wire.u48(frame, 0);
    }

    static long source(byte[] frame) {
        return Wire.u48(frame, 6);
    }

    static int type(byte[] frame) {
        return Wire.u16(frame, 12);
    }

    static void header(byte[] frame, long destination, long source, int type) {
        Wire.put48(frame, 0, destination);
        Wire.put48(frame, 6, source);
        Wire.put16(frame, 12, type);
    }

    /** Whether the group bit is clear: one station's address. */
    static boolean isUnicast(long mac) {
        return (mac & 0x0100_0000_0000L) == 0 && mac != 0;
    }
}
