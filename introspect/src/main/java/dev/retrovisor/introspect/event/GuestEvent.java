package dev.retrovisor.introspect.event;

import java.util.Optional;

/**
 * Something that happened in the guest. Each kind is a record that implements this; its other components are its facts,
 * printed and filtered by their names as an inspection's rows are (see {@code Column}).
 */
public interface GuestEvent {
    Moment at();

    /** The stream's name: process, syscall, ipc, memory. */
    String stream();

    /** What happened, in a word that is unique in the stream: {@code exec}, {@code openat}, {@code pipe}. */
    String type();

    /** One line for people, without time and process; raw guest text in it must be quoted by who prints. */
    String summary();

    /**
     * A fact by a filter's word, {@code fd.name} or {@code evt.arg.path}, where it is no component of that name. A number, a
     * boolean, text, or a list of these; empty if the event has none.
     */
    default Optional<Object> fact(String word) {
        return Optional.empty();
    }
}
