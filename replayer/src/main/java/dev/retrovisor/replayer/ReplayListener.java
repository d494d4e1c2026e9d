package dev.retrovisor.replayer;

import dev.retrovisor.traces.Position;

/** Follows a replay, on its thread. A replay is the same whoever follows. */
public interface ReplayListener {
    /** Does nothing. */
    ReplayListener SILENT = new ReplayListener() {};

    /** The guest wrote to a console, as it did in the recording. Arrays must not be changed. */
    default void consoleOutput(int console, byte[] bytes) {}

    /** The replay has come so far; several times a second, and at its end. */
    default void progress(Position position, Position end) {}

    /** Whether the replay is to stop where it is; asked as often as progress is told. */
    default boolean isCancelled() {
        return false;
    }
}
