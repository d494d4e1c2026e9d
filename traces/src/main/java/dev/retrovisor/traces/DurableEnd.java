package dev.retrovisor.traces;

import java.util.Optional;

/**
 * How far a trace goes: everything at positions before {@link #position} is in it, in both logs. A machine may be run
 * to that position and not past it, unless the trace has ended there.
 *
 * @param position the last position that both logs cover
 * @param inputs input events up to there
 * @param entries entries of the events log up to there; it may hold a few from the position itself
 * @param inputBlocks blocks of the inputs log that count
 * @param eventBlocks blocks of the events log that count
 * @param end the end record; empty while the trace is being written, and for ever if its recorder was killed
 */
public record DurableEnd(
        Position position, long inputs, long entries, long inputBlocks, long eventBlocks, Optional<EndRecord> end) {}
