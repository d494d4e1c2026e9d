package dev.retrovisor.traces;

/**
 * A restorable state of the machine in a trace.
 *
 * @param name unique in the trace
 * @param position where the machine stood
 * @param inputs input events applied before: a cursor over inputs goes on at this ordinal
 * @param entries entries of the events log before
 * @param stateBytes size of the sections
 * @param pages pages recorded, over all page spaces
 */
public record Checkpoint(String name, Position position, long inputs, long entries, int stateBytes, long pages) {}
