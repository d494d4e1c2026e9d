package dev.retrovisor.recorder;

import dev.retrovisor.machine.Machine;

/**
 * Looks at a machine while it runs live; called on the machine's thread while the machine stands. It may read everything and
 * set probes, and must never change the machine: a run is the same whoever looks, and so is its recording.
 */
public interface MachineObserver {
    /** Looks at nothing. */
    MachineObserver NONE = new MachineObserver() {};

    /** The machine is built, and has made no step. */
    default void started(Machine machine) {}

    /** Between two stretches of the run, a few hundred times a second. */
    default void paused(Machine machine) {}

    /** The run has ended; the machine is there for the last time. Not called if it ended by a bug of ours. */
    default void stopping(Machine machine) {}
}
