package dev.retrovisor.replayer.timeline;

import dev.retrovisor.traces.Position;

/** Follows what a timeline does for one call, on its thread; asked and told some dozen times a second. */
public interface Watcher {
    /** Does nothing. */
    Watcher NONE = new Watcher() {};

    /**
     * How far it has come.
     *
     * @param at what has been looked at last
     * @param from where the call began
     * @param to where it ends at the latest; before {@code from} on the way back
     */
    default void progress(Position at, Position from, Position to) {}

    /** Whether to stop soon: the timeline then stands somewhere on the way forwards, and where it was on the way back. */
    default boolean isCancelled() {
        return false;
    }
}
