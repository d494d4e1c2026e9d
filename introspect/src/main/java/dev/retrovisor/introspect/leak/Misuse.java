package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;

/**
 * Memory that was used, or given back, after it had been given back.
 *
 * @param used when, and by whom
 * @param address that was accessed; the allocation's own for a second free
 * @param sizeBytes of the access; 0 for a second free
 * @param usedBy the call stack, with the accessing code itself first
 */
public record Misuse(
        Kind kind,
        Allocation allocation,
        Moment freed,
        CallStack freedBy,
        Moment used,
        long address,
        int sizeBytes,
        CallStack usedBy) {
    /** What was done to memory that was free. */
    public enum Kind {
        READ_AFTER_FREE,
        WRITE_AFTER_FREE,
        DOUBLE_FREE
    }
}
