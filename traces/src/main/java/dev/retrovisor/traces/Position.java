package dev.retrovisor.traces;

/**
 * A moment of machine time: steps made, and virtual nanoseconds since power-on. Steps stand still while every hart
 * waits, virtual time goes on.
 */
public record Position(long step, long virtualNanos) implements Comparable<Position> {
    public static final Position POWER_ON = new Position(0, 0);

    @Override
    public int compareTo(Position other) {
        int bySteps = Long.compare(step, other.step);
        return bySteps != 0 ? bySteps : Long.compare(virtualNanos, other.virtualNanos);
    }
}
