package dev.retrovisor.machine;

/** Executes instructions: one hart at a time, exact to the step. Which engine runs never shows in machine state. */
public interface Engine extends AutoCloseable {
    /**
     * Runs one hart for at most {@code steps} steps; fewer only if the hart requests a stop. The clock and the hart's
     * state are exact on return, as they are whenever a device or the firmware is called in between.
     */
    void run(int hart, long steps);

    /** What the engine has done so far, as lines of text; empty if it keeps no count. */
    String statistics();

    @Override
    void close();
}
