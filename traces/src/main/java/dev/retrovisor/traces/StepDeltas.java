package dev.retrovisor.traces;

/**
 * Codes differences of steps that often repeat, as between the bytes that a driver's loop writes to a serial port.
 *
 * <p>The last {@value #SLOTS} different ones are kept, the most recent first. A token is one byte: which slot (high four
 * bits) and how many times in a row, less one (low four bits); slot 15 says that a new difference follows as a varint.
 * Writer and reader keep the same slots, over all runs of one block.
 */
final class StepDeltas {
    private static final int SLOTS = 15;
    private static final int MAX_REPEATS = 16;

    private final long[] recent = new long[SLOTS];
    private int used;

    private long readDelta;
    private int readRepeats;

    void begin() {
        used = 0;
        readRepeats = 0;
    }

    /** Appends the tokens of the first {@code count} differences. */
    void putAll(ByteSink out, long[] deltas, int count) {
        int at = 0;
        while (at < count) {
            long delta = deltas[at];
            int repeats = 1;
            while (repeats < MAX_REPEATS && at + repeats < count && deltas[at + repeats] == delta) {
                repeats++;
            }
            int slot = find(delta);
            out.putByte(slot << 4 | repeats - 1);
            if (slot == SLOTS) {
                out.putVarint(delta);
            }
            use(slot, delta);
            at += repeats;
        }
    }

    /** Reads the next difference of a run. */
    long get(ByteSource in) {
        if (readRepeats == 0) {
            int token = in.getByte();
            int slot = token >> 4;
            if (slot == SLOTS) {
                readDelta = in.getVarint();
            } else if (slot < used) {
                readDelta = recent[slot];
            } else {
                throw in.bad("slot " + slot + " of step differences", "below " + used);
            }
            use(slot, readDelta);
            readRepeats = (token & 15) + 1;
        }
        readRepeats--;
        return readDelta;
    }

    /** Whether the last token of a run is used up, as it must be at the run's end. */
    boolean betweenTokens() {
        return readRepeats == 0;
    }

    private int find(long delta) {
        for (int slot = 0; slot < used; slot++) {
            if (recent[slot] == delta) {
                return slot;
            }
        }
        return SLOTS;
    }

    private void use(int slot, long delta) {
        if (slot == 0) {
            return;
        }
        int from = slot;
        if (slot == SLOTS) {
            from = Math.min(used, SLOTS - 1);
            used = from + 1;
        }
        System.arraycopy(recent, 0, recent, 1, from);
        recent[0] = delta;
    }
}
