package dev.retrovisor.traces;

/**
 * A moment of machine time: steps made, and virtual nanoseconds since power-on. Steps stand still while every hart
 * waits, virtual time goes on.
 */
public record Position(long step, long virtualNanos) {
    public static final Position POWER_ON = new Position(0, 0);
}
