package dev.retrovisor.machine;

import java.util.List;

/** Executes instructions: one hart at a time, exact to the step. Which engine runs never shows in machine state. */
public interface Engine extends AutoCloseable {
    /**
     * Runs one hart for at most {@code steps} steps; fewer only if the hart requests a stop. The clock and the hart's
     * state are exact on return, as they are whenever a device or the firmware is called in between.
     */
    void run(int hart, long steps);

    /** What the engine has done so far, in a fixed order; empty if it keeps no count. Never part of machine state. */
    List<Count> statistics();

    /** How often something happened. */
    record Count(String name, long count) {}

    @Override
    void close();
}
