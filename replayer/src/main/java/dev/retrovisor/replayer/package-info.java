/**
 * Replays a trace from files alone, and finds the first place where a replay disagrees with it.
 *
 * <p>{@link dev.retrovisor.replayer.Replay} builds the machine that the manifest names, gives it each input at exactly
 * its step and virtual time, and compares every device event, in order, and every state hash with the recorded one. It
 * ends where the trace ends: for a trace whose recorder was killed at its last durable position. A trace may come from
 * anywhere: what does not fit is a {@code TraceFormatException} or a {@link dev.retrovisor.replayer.ReplayException}.
 *
 * <p>Nothing here reads a clock to decide anything, opens a network or a terminal, or depends on {@code recorder}. Idle
 * time costs nothing in a replay.
 */
package dev.retrovisor.replayer;
