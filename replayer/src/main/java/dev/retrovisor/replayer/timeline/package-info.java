/**
 * Going to any position of a trace, forwards and backwards.
 *
 * <p>A {@link dev.retrovisor.replayer.timeline.Timeline} has one machine. It knows states of it, in the trace's checkpoints
 * and in memory; from the nearest one before it replays to where it is asked. What is found backwards is what a run
 * forwards would have found: a stretch between two states is run again with the probes on, from the newest one back, and
 * the last hit in it is the answer.
 */
package dev.retrovisor.replayer.timeline;
