package dev.retrovisor.machine.event;

/**
 * One thing that left the machine, stamped with the step during which it did. Device events are a pure function of the
 * initial state and the inputs: a replay must produce the same ones. Arrays are owned by the event.
 */
public sealed interface DeviceEvent {
    /** Machine time in steps at which it left. */
    long step();

    /** Bytes that the guest wrote to console number {@code console}. */
    record ConsoleOutput(long step, int console, byte[] bytes) implements DeviceEvent {}

    /** An Ethernet frame, without its check sequence, that the guest sent. */
    record FrameSent(long step, int nic, byte[] frame) implements DeviceEvent {}

    /** A completed write to a disk; {@code contentHash} is the {@code Xxh64} of the written bytes. */
    record DiskWrite(long step, int disk, long sector, int sectorCount, long contentHash) implements DeviceEvent {}

    /** The guest asked for a change of power. */
    record Power(long step, Change change) implements DeviceEvent {
        /** What the guest asked for; the ordinal stands in traces. */
        public enum Change {
            /** Orderly power-off. */
            OFF,
            /** Power-off that reports a failure. */
            FAILED,
            /** Restart. */
            RESET
        }
    }
}
