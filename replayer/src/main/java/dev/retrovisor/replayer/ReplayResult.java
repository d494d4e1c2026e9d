package dev.retrovisor.replayer;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.traces.EndRecord;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;

/**
 * How far a replay came, and what it checked.
 *
 * @param outcome why it stopped
 * @param start where the trace begins
 * @param position where the machine stands
 * @param end where the trace ends
 * @param wallNanos time that it took
 * @param inputs inputs applied
 * @param deviceEvents device events compared and found equal
 * @param lightHashes hashes of registers and devices compared and found equal
 * @param fullHashes hashes of all state compared and found equal
 * @param restarts how often the machine restarted
 * @param engine what the machine ran on
 * @param engineStatistics what the engine has done since power-on
 * @param divergence the first disagreement, if there is one
 * @param recordedEnd how the recording ended; empty if its recorder was killed, or still records
 */
public record ReplayResult(
        Outcome outcome,
        Position start,
        Position position,
        Position end,
        long wallNanos,
        long inputs,
        long deviceEvents,
        long lightHashes,
        long fullHashes,
        int restarts,
        EngineChoice engine,
        List<Engine.Count> engineStatistics,
        Optional<Divergence> divergence,
        Optional<EndRecord> recordedEnd) {

    /** Why a replay stopped. */
    public enum Outcome {
        /** It came to the trace's end, and all was equal. */
        END,
        /** It came to the position that was asked for, and all was equal so far. */
        UNTIL,
        /** It disagrees with the recording. */
        DIVERGED,
        /** Its listener cancelled it; all was equal so far. */
        CANCELLED
    }
}
