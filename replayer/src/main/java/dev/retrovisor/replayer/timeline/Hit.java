package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;

/**
 * An occurrence of a trigger.
 *
 * @param before where the machine stands before the step in which it occurs. What a device does happens between two steps:
 *     then one nanosecond before, of which the step may be one less
 * @param what what occurred
 */
public record Hit(Trigger trigger, Position before, Object what) {
    static boolean isByDevice(Object what) {
        return what instanceof MemoryAccess access && access.agent() == MemoryAccess.Agent.DEVICE;
    }

    /** How to get to {@link #before}. */
    ReplayTarget target() {
        return isByDevice(what) ? new ReplayTarget.VirtualTime(before.virtualNanos()) : new ReplayTarget.At(before);
    }
}
