package dev.retrovisor.replayer.timeline;

/** Which way a timeline runs. */
public enum Direction {
    FORWARD,
    BACKWARD
}
