package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.traces.Position;

/**
 * Who wrote memory last.
 *
 * @param before where the machine stands before the step that wrote
 * @param access the write, or the last piece of it
 */
public record LastWrite(Position before, MemoryAccess access) {}
