package dev.retrovisor.machine.event;

/**
 * One thing that the outside decided, applied while the machine stands at {@link #step} and {@link #virtualNanos}.
 *
 * <p>The two together name the moment: steps stand still while every hart waits, virtual time goes on. Both never
 * decrease from one event to the next. Arrays are owned by the event and must not be changed.
 */
public sealed interface InputEvent {
    /** Machine time in steps, over all harts. */
    long step();

    /** Virtual time in nanoseconds since power-on. */
    long virtualNanos();

    /** Bytes typed at, or piped into, console number {@code console} (see the board's order of consoles). */
    record ConsoleInput(long step, long virtualNanos, int console, byte[] bytes) implements InputEvent {}

    /** A terminal's new size, in character cells. */
    record ConsoleResize(long step, long virtualNanos, int console, int columns, int rows) implements InputEvent {}

    /** An Ethernet frame, without its check sequence, that arrives at network card {@code nic}. */
    record FrameArrival(long step, long virtualNanos, int nic, byte[] frame) implements InputEvent {}

    /** The wall clock as read at this moment, in nanoseconds since 1970 UTC: the real-time clock runs on from it. */
    record WallClock(long step, long virtualNanos, long epochNanos) implements InputEvent {}

    /** Entropy from the host: the machine's generator is re-keyed from it and its own key. 32 bytes. */
    record EntropySeed(long step, long virtualNanos, byte[] seed) implements InputEvent {}

    /** What the person at the machine did. */
    record Operator(long step, long virtualNanos, Action action) implements InputEvent {
        /** The buttons of the machine; the ordinal stands in traces. */
        public enum Action {
            /** Power off at once, as if unplugged. */
            POWER_OFF,
            /** The reset button. */
            RESET
        }
    }

    /** A person's change of the machine itself. */
    sealed interface Poke extends InputEvent {}

    /**
     * A change of memory, as a device would write it.
     *
     * @param physicalAddress of the first byte; all must lie in RAM
     * @param bytes 1 to {@link #MOST_BYTES}
     */
    record MemoryPoke(long step, long virtualNanos, long physicalAddress, byte[] bytes) implements Poke {
        /** A page: larger changes are several events. */
        public static final int MOST_BYTES = 4096;

        public MemoryPoke {
            if (bytes.length == 0 || bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException(
                        "a change of %d bytes of memory: 1 to %d at a time".formatted(bytes.length, MOST_BYTES));
            }
        }
    }

    /**
     * A change of a register, as machine mode could make it: of a control and status register only the fields change that
     * software can write, and what hangs on them follows.
     */
    record RegisterPoke(long step, long virtualNanos, int hart, HartRegister register, long value) implements Poke {}
}
