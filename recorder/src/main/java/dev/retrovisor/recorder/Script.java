package dev.retrovisor.recorder;

import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.Position;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;

/**
 * Inputs that come at moments known before: those of a recording that a live run goes on from. A machine that goes the way
 * of the recording takes each exactly at its position. One that has left it comes to no such position; it takes an input
 * when it has made as many steps, or when it waits and its time has come: a rule that does not depend on how the run is
 * cut into stretches.
 *
 * @param inputs by position
 * @param replacesNetwork whether frames come from {@code inputs} alone: network cards are connected to nothing
 * @param end a moment at which the run ends, by the same rule; with {@link Long#MAX_VALUE} steps at a virtual time, or soon
 *     behind it
 */
public record Script(Iterator<InputEvent> inputs, boolean replacesNetwork, Optional<Position> end) {
    /** Nothing comes, and nothing ends. */
    public static final Script EMPTY = new Script(Collections.emptyIterator(), false, Optional.empty());

    /** Where a machine is in a script. For the machine's thread. */
    static final class Reading {
        private final Iterator<InputEvent> inputs;
        private final Optional<Position> end;
        private InputEvent next;
        private boolean isDue;

        Reading(Script script) {
            inputs = script.inputs();
            end = script.end();
            advance();
        }

        /** Whether anything is still to come. */
        boolean hasMore() {
            return next != null || end.isPresent();
        }

        /** Steps at which a machine that stands at a moment must stop next. */
        long stepLimit(long steps, long virtualNanos) {
            Position moment = moment().orElse(null);
            if (moment == null) {
                return Long.MAX_VALUE;
            }
            // A step takes a nanosecond: no more of them than there are nanoseconds left.
            return moment.step() == Long.MAX_VALUE
                    ? steps + Math.max(1, moment.virtualNanos() - virtualNanos)
                    : moment.step();
        }

        /** Virtual time at which it must stop next while it waits. */
        long idleLimitNanos() {
            return moment().map(Position::virtualNanos).orElse(Long.MAX_VALUE);
        }

        /** Says that the machine has stopped; limits of its run were no later than those above. */
        void stopped(StopReason reason, long steps, long virtualNanos) {
            Position moment = moment().orElse(null);
            if (moment == null) {
                return;
            }
            boolean timeHasCome = virtualNanos >= moment.virtualNanos();
            isDue |= steps >= moment.step() && (timeHasCome || reason == StopReason.STEP_LIMIT)
                    || timeHasCome && (reason == StopReason.IDLE || moment.step() == Long.MAX_VALUE);
        }

        /** Whether there is an input that comes now. */
        boolean hasDueInput() {
            return isDue && next != null;
        }

        /** Whether the run ends here. */
        boolean isOver() {
            return isDue && next == null && end.isPresent();
        }

        /** The next input that comes now, or null; those of the same position come with it. */
        InputEvent take() {
            if (!hasDueInput()) {
                return null;
            }
            InputEvent taken = next;
            advance();
            isDue = moment().filter(
                            moment -> moment.step() == taken.step() && moment.virtualNanos() == taken.virtualNanos())
                    .isPresent();
            return taken;
        }

        private Optional<Position> moment() {
            return next == null ? end : Optional.of(new Position(next.step(), next.virtualNanos()));
        }

        private void advance() {
            next = inputs.hasNext() ? inputs.next() : null;
            if (next != null && end.filter(this::isBehind).isPresent()) {
                next = null;
            }
            isDue = false;
        }

        private boolean isBehind(Position moment) {
            return next.step() > moment.step() || next.virtualNanos() > moment.virtualNanos();
        }
    }
}
