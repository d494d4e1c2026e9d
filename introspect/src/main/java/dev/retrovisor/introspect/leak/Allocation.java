package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;

/**
 * A piece of memory that was given to someone.
 *
 * @param function what gave it
 */
public record Allocation(Moment at, String function, long pointer, long sizeBytes, CallStack stack) {
    long end() {
        return pointer + sizeBytes;
    }
}
