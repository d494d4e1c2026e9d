package dev.retrovisor.cli;

import dev.retrovisor.traces.Position;
import java.util.ArrayDeque;

/**
 * How far a follower is behind what its recorder has made durable, which itself is at most 50 ms behind the recorded machine.
 */
final class FollowLag {
    private final ArrayDeque<Seen> ahead = new ArrayDeque<>();
    private Position end = Position.POWER_ON;
    private Position here = Position.POWER_ON;
    private long nowNanos;
    private boolean hasCaughtUp;
    private long mostVirtualNanos;
    private long mostWallNanos;

    /** An end of the trace that was there at a moment of the wall clock. */
    private record Seen(Position end, long nanos) {}

    /** The follower stands somewhere, and the trace goes to somewhere. */
    void stands(Position position, Position newEnd, long now) {
        if (!newEnd.equals(end)) {
            ahead.add(new Seen(newEnd, now));
            end = newEnd;
        }
        here = position;
        nowNanos = now;
        if (hasCaughtUp) {
            mostVirtualNanos = Math.max(mostVirtualNanos, virtualNanos());
            mostWallNanos = Math.max(mostWallNanos, wallNanos());
        }
        while (!ahead.isEmpty() && isReached(ahead.peek().end())) {
            ahead.remove();
        }
        hasCaughtUp |= ahead.isEmpty() && end.step() > 0;
    }

    private boolean isReached(Position moment) {
        return here.step() >= moment.step() && here.virtualNanos() >= moment.virtualNanos();
    }

    /** Of the guest's time. */
    long virtualNanos() {
        return Math.max(0, end.virtualNanos() - here.virtualNanos());
    }

    /** For how long the oldest thing that is still to be replayed has been there. */
    long wallNanos() {
        return ahead.isEmpty() ? 0 : nowNanos - ahead.peek().nanos();
    }

    /** The most since the follower first was at the trace's end. */
    long mostVirtualNanos() {
        return mostVirtualNanos;
    }

    /** The same on the wall clock. */
    long mostWallNanos() {
        return mostWallNanos;
    }

    Position here() {
        return here;
    }

    Position end() {
        return end;
    }
}
