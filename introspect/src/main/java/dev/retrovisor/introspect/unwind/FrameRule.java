package dev.retrovisor.introspect.unwind;

/**
 * How to get from a frame to its caller's at one address: the canonical frame address is a register plus an offset,
 * saved registers lie at offsets from it.
 *
 * @param cfaRegister number of the integer register
 * @param savedAt for each of the 32 integer registers the offset from the frame address, or {@link #NOT_SAVED}, or {@link
 *     #UNDEFINED}
 */
record FrameRule(int cfaRegister, long cfaOffset, long[] savedAt) {
    static final long NOT_SAVED = Long.MAX_VALUE;

    /** There is no way back: the outermost frame, for the return address. */
    static final long UNDEFINED = Long.MAX_VALUE - 1;

    /** The return address is where a call left it, the frame is empty: what holds at a function's first instruction. */
    static final FrameRule AT_ENTRY = new FrameRule(2, 0, entry());

    private static long[] entry() {
        long[] none = new long[32];
        java.util.Arrays.fill(none, NOT_SAVED);
        return none;
    }
}
