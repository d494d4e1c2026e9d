package dev.retrovisor.recorder;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What came of a run.
 *
 * @param cause why it ended
 * @param detail one line for people, may be empty
 * @param start where the run began
 * @param steps steps at the end
 * @param virtualNanos virtual time at the end, idle time included
 * @param wallNanos wall-clock time from the start to the end
 * @param inputs input events that came in
 * @param deviceEvents device events that went out
 * @param restarts how often the machine restarted
 * @param engine what the machine ran on
 * @param engineStatistics what the engine did
 * @param trace the trace, if there is one
 * @param traceBytes what it takes on disk
 * @param finalStateHash hash of the machine's whole state at the end, if it was recorded
 */
public record RunResult(
        StopCause cause,
        String detail,
        Position start,
        long steps,
        long virtualNanos,
        long wallNanos,
        long inputs,
        long deviceEvents,
        int restarts,
        EngineChoice engine,
        List<Engine.Count> engineStatistics,
        Optional<Path> trace,
        OptionalLong traceBytes,
        OptionalLong finalStateHash) {}
