package dev.retrovisor.introspect.tracepoint;

import dev.retrovisor.introspect.kernel.KernelObject;

/** A tracepoint that would be called now, if it were switched on. Good only while its receiver is called. */
public interface TracepointHit {
    Tracepoint tracepoint();

    /** The hart that stands at the site. */
    int hart();

    /** Argument 0 and so on, as the tracepoint's prototype counts them without the receiver's own data. */
    long argument(int index);

    /** The structure that an argument points to; null is a fault. */
    KernelObject object(int index, String struct);

    /** Whoever is called with what a tracepoint is handed. */
    @FunctionalInterface
    interface Receiver {
        void hit(TracepointHit hit);
    }
}
