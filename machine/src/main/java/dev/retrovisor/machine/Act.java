package dev.retrovisor.machine;

import dev.retrovisor.machine.event.InputEvent;

/** One thing done to a machine from outside, so that it can be done again. */
sealed interface Act {
    /** {@link Machine#runTo}; it may have ended early. */
    record Run(long stepLimit, long idleLimitNanos) implements Act {}

    record Input(InputEvent event) implements Act {}

    record Reset() implements Act {}
}
