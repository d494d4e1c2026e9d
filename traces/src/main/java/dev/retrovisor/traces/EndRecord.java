package dev.retrovisor.traces;

/**
 * How a recording ended: the last thing in a trace that was closed in order.
 *
 * @param step steps made in all
 * @param virtualNanos virtual time at the end
 * @param reason why
 * @param detail one line for people, may be empty
 */
public record EndRecord(long step, long virtualNanos, EndReason reason, String detail) {
    /** The longest {@link #detail} in UTF-8 bytes; longer ones are cut. */
    static final int MAX_DETAIL_BYTES = 1024;
}
