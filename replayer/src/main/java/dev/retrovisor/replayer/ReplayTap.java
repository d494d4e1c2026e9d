package dev.retrovisor.replayer;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;

/**
 * Sees all that goes into a replayed machine and comes out of it, on the replay's thread, in order. Arrays must not be
 * changed.
 */
public interface ReplayTap {
    /** Sees nothing. */
    ReplayTap NONE = new ReplayTap() {};

    /** The machine is given an input. */
    default void in(InputEvent event) {}

    /** Something leaves the machine, as it did in the recording. */
    default void out(DeviceEvent event, long virtualNanos) {}
}
