package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import java.util.List;
import java.util.function.Consumer;

/**
 * Follows heaps: who holds what, what is freed twice, what is used after it was freed. A stream to watch with, and the sink of
 * that watch.
 */
public interface Leaks extends EventStream, Consumer<GuestEvent> {
    /** The heaps, in the order of their process's numbers. */
    List<Heap> heaps();

    /** Every misuse in the order in which it happened. */
    List<Misuse> misuses();
}
