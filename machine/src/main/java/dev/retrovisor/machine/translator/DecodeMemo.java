package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.isa.Decoder;

/** Remembers what instructions decode to, by their bits: programs repeat themselves. */
final class DecodeMemo {
    private static final int ENTRIES = 1 << 13;
    private static final int HASH_FACTOR = 0x9E37_79B1;
    private static final int HASH_SHIFT = 19;

    private final int[] bits = new int[ENTRIES];

    /** 0 where nothing is remembered. */
    private final long[] decoded = new long[ENTRIES];

    /** As {@link Decoder#decode}. */
    long decode(int instruction) {
        int known = (instruction & 3) == 3 ? instruction : instruction & 0xFFFF;
        int entry = known * HASH_FACTOR >>> HASH_SHIFT;
        if (bits[entry] != known || decoded[entry] == 0) {
            bits[entry] = known;
            decoded[entry] = Decoder.decode(known);
        }
        return decoded[entry];
    }
}
