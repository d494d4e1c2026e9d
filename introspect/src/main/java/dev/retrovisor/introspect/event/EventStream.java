package dev.retrovisor.introspect.event;

/** One kind of things that happen in the guest. One file, and one line in {@link EventStreams}. */
public interface EventStream {
    /** As the user types it. */
    String name();

    /** One line for the list of streams, without a full stop. */
    String summary();

    /** Begins to watch: sets probes and emits events until {@link Watch#close}. */
    void watch(Watch watch);
}
