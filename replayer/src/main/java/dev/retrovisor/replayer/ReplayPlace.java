package dev.retrovisor.replayer;

import dev.retrovisor.traces.Checkpoint;
import dev.retrovisor.traces.Position;

/**
 * Where a replay stands in its trace.
 *
 * @param position where the machine stands, all inputs of the moment applied
 * @param inputs input events applied
 * @param entries entries of the events log that have been compared
 */
public record ReplayPlace(Position position, long inputs, long entries) {
    /** Where a checkpoint was taken. */
    public static ReplayPlace of(Checkpoint checkpoint) {
        return new ReplayPlace(checkpoint.position(), checkpoint.inputs(), checkpoint.entries());
    }
}
