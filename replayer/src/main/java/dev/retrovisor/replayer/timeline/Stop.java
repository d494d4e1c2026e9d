package dev.retrovisor.replayer.timeline;

import dev.retrovisor.traces.Position;
import java.util.Optional;

/**
 * Where a timeline stands after a call, and why.
 *
 * @param hit what was found, for {@link Cause#HIT}
 */
public record Stop(Cause cause, Position position, Optional<Hit> hit) {
    /** Why. */
    public enum Cause {
        /** It is where it was to go. */
        ARRIVED,
        /** A trigger occurred: the machine stands before that step, or behind it, as {@link Trigger#stopsBefore} says. */
        HIT,
        /** The trace begins here. */
        START,
        /** The trace ends here. */
        END,
        /** The watcher wanted it. */
        CANCELLED
    }
}
