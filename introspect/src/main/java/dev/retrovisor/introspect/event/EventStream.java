package dev.retrovisor.introspect.event;

import java.util.List;

/** One kind of things that happen in the guest. One file, and one line in {@link EventStreams}. */
public interface EventStream {
    /** As the user types it. */
    String name();

    /** One line for the list of streams, without a full stop. */
    String summary();

    /** The records that it emits, for help and for filters. */
    default List<Class<? extends GuestEvent>> eventTypes() {
        return List.of();
    }

    /** The words of {@link GuestEvent#type} that it emits, for help; empty if they are too many to list. */
    default List<String> eventWords() {
        return List.of();
    }

    /** The same stream, whose events keep so many first bytes of what went over; itself where nothing does. */
    default EventStream keeping(int payloadBytes) {
        return this;
    }

    /** Begins to watch: sets probes and emits events until {@link Watch#close}. */
    void watch(Watch watch);
}
