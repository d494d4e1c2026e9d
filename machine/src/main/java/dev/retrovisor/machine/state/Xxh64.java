package dev.retrovisor.machine.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XXH64 (the xxHash specification, version 0.1.1): a fast hash for comparing states and finding pages. It does not
 * withstand an attacker.
 */
public final class Xxh64 {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    public static final long PRIME1 = 0x9E3779B185EBCA87L;
    public static final long PRIME2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME3 = 0x165667B19E3779F9L;
    private static final long PRIME4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME5 = 0x27D4EB2F165667C5L;

    private Xxh64() {}

    public static long hash(byte[] bytes, int offset, int lengthBytes, long seed) {
        int at = offset;
        int end = offset + lengthBytes;
        long hash;
        if (lengthBytes >= 32) {
            long a = seed + PRIME1 + PRIME2;
            long b = seed + PRIME2;
            long c = seed;
            long d = seed - PRIME1;
            for (; at <= end - 32; at += 32) {
                a = round(a, (long) LONG.get(bytes, at));
                b = round(b, (long) LONG.get(bytes, at + 8));
                c = round(c, (long) LONG.get(bytes, at + 16));
                d = round(d, (long) LONG.get(bytes, at + 24));
            }
            hash = merge(a, b, c, d);
        } else {
            hash = seed + PRIME5;
        }
        hash += lengthBytes;
        for (; at <= end - 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONG.get(bytes, at)), 27) * PRIME1 + PRIME4;
        }
        if (at <= end - 4) {
            hash = Long.rotateLeft(hash ^ ((int) INT.get(bytes, at) & 0xFFFF_FFFFL) * PRIME1, 23) * PRIME2 + PRIME3;
            at += 4;
        }
        for (; at < end; at++) {
            hash = Long.rotateLeft(hash ^ (bytes[at] & 0xFF) * PRIME5, 11) * PRIME1;
        }
        return avalanche(hash);
    }

    /** One step of a lane; off-heap callers run the four lanes themselves. */
    public static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME2, 31) * PRIME1;
    }

    /** Joins the four lanes; the caller adds the length and calls {@link #avalanche}. */
    public static long merge(long a, long b, long c, long d) {
        long hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
        hash = (hash ^ round(0, a)) * PRIME1 + PRIME4;
        hash = (hash ^ round(0, b)) * PRIME1 + PRIME4;
        hash = (hash ^ round(0, c)) * PRIME1 + PRIME4;
        return (hash ^ round(0, d)) * PRIME1 + PRIME4;
    }

    /** The final mix. */
    public static long avalanche(long hash) {
        long mixed = (hash ^ hash >>> 33) * PRIME2;
        mixed = (mixed ^ mixed >>> 29) * PRIME3;
        return mixed ^ mixed >>> 32;
    }
}
