package dev.retrovisor.traces;

import dev.retrovisor.machine.event.DeviceEvent;

/** One entry of the events log: what left the machine, or a hash of its state. */
public sealed interface TraceEntry {
    /** Machine time in steps. */
    long step();

    /** What left the machine. */
    record Device(DeviceEvent event) implements TraceEntry {
        @Override
        public long step() {
            return event.step();
        }
    }

    /** The machine's state hash at a moment; a replay must come to the same. */
    record StateHash(long step, long virtualNanos, long hash, Kind kind) implements TraceEntry {
        /** What the hash covers. */
        public enum Kind {
            /** Harts, clock and devices: cheap, taken at every input. */
            LIGHT(0),
            /** All state, memory and disks among it. */
            FULL(1);

            private final int code;

            Kind(int code) {
                this.code = code;
            }

            int code() {
                return code;
            }
        }
    }
}
