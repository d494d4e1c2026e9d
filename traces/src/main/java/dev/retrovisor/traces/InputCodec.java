package dev.retrovisor.traces;

import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.event.InputEvent.ConsoleInput;
import dev.retrovisor.machine.event.InputEvent.ConsoleResize;
import dev.retrovisor.machine.event.InputEvent.EntropySeed;
import dev.retrovisor.machine.event.InputEvent.FrameArrival;
import dev.retrovisor.machine.event.InputEvent.MemoryPoke;
import dev.retrovisor.machine.event.InputEvent.Operator;
import dev.retrovisor.machine.event.InputEvent.RegisterPoke;
import dev.retrovisor.machine.event.InputEvent.WallClock;

/** Input events as bytes: kind, step, idle time, then the fields of the kind. */
final class InputCodec {
    private InputCodec() {}

    /** Appends an event; {@code time} is where the last one of the block stood. */
    static void put(ByteSink out, PositionDeltas time, InputEvent event) {
        out.putByte(EntryKind.of(event).code());
        time.putStep(out, event.step());
        time.putIdle(out, event.virtualNanos());
        switch (event) {
            case ConsoleInput(long _, long _, int console, byte[] bytes) -> {
                out.putZigzag(console);
                out.putBytes(bytes);
            }
            case ConsoleResize(long _, long _, int console, int columns, int rows) -> {
                out.putZigzag(console);
                out.putZigzag(columns);
                out.putZigzag(rows);
            }
            case FrameArrival(long _, long _, int nic, byte[] frame) -> {
                out.putZigzag(nic);
                out.putBytes(frame);
            }
            case WallClock(long _, long _, long epochNanos) -> out.putLong(epochNanos);
            case EntropySeed(long _, long _, byte[] seed) -> out.putBytes(seed);
            case Operator(long _, long _, Operator.Action action) -> out.putByte(action.ordinal());
            case MemoryPoke(long _, long _, long physicalAddress, byte[] bytes) -> {
                out.putLong(physicalAddress);
                out.putBytes(bytes);
            }
            case RegisterPoke(long _, long _, int hart, HartRegister register, long value) -> {
                out.putZigzag(hart);
                out.putVarint(register.number());
                out.putLong(value);
            }
        }
    }

    /** Bytes of variable length that the event brings. */
    static int payloadBytes(InputEvent event) {
        return switch (event) {
            case ConsoleInput(long _, long _, int _, byte[] bytes) -> bytes.length;
            case FrameArrival(long _, long _, int _, byte[] frame) -> frame.length;
            case EntropySeed(long _, long _, byte[] seed) -> seed.length;
            case MemoryPoke(long _, long _, long _, byte[] bytes) -> bytes.length;
            case ConsoleResize _, WallClock _, Operator _, RegisterPoke _ -> 0;
        };
    }

    /** The events of one block. */
    static final class Decoder implements EntryDecoder<InputEvent> {
        private final ByteSource in;
        private final PositionDeltas time = new PositionDeltas();

        Decoder(ByteSource in, Position first) {
            this.in = in;
            time.begin(first);
        }

        @Override
        public boolean hasNext() {
            return in.remaining() > 0;
        }

        @Override
        public InputEvent next() {
            int code = in.getByte();
            EntryKind kind = EntryKind.ofCode(code, LogKind.INPUTS);
            if (kind == null) {
                throw in.bad("entry kind " + code, "a kind of input");
            }
            long step = time.getStep(in);
            long nanos = time.getNanos(in);
            return switch (kind) {
                case CONSOLE_INPUT -> new ConsoleInput(step, nanos, in.getSmall(), in.getBytes());
                case CONSOLE_RESIZE -> new ConsoleResize(step, nanos, in.getSmall(), in.getSmall(), in.getSmall());
                case FRAME_ARRIVAL -> new FrameArrival(step, nanos, in.getSmall(), in.getBytes());
                case WALL_CLOCK -> new WallClock(step, nanos, in.getLong());
                case ENTROPY_SEED -> new EntropySeed(step, nanos, in.getBytes());
                case OPERATOR -> new Operator(step, nanos, action());
                case MEMORY_POKE -> new MemoryPoke(step, nanos, in.getLong(), pokedBytes());
                case REGISTER_POKE -> new RegisterPoke(step, nanos, in.getSmall(), register(), in.getLong());
                case CONSOLE_OUTPUT, CONSOLE_RUN, FRAME_SENT, DISK_WRITE, POWER, STATE_HASH ->
                    throw new IllegalStateException(kind + " passed for an input");
            };
        }

        private byte[] pokedBytes() {
            byte[] bytes = in.getBytes();
            if (bytes.length == 0 || bytes.length > MemoryPoke.MOST_BYTES) {
                throw in.bad(bytes.length + " bytes of a memory change", "1 to " + MemoryPoke.MOST_BYTES);
            }
            return bytes;
        }

        private HartRegister register() {
            long number = in.getVarint();
            try {
                return HartRegister.of(Math.toIntExact(number));
            } catch (IllegalArgumentException | ArithmeticException _) {
                throw in.bad("register " + Long.toUnsignedString(number), "one that can be set");
            }
        }

        private Operator.Action action() {
            int ordinal = in.getByte();
            var actions = Operator.Action.values();
            if (ordinal >= actions.length) {
                throw in.bad("operator action " + ordinal, "below " + actions.length);
            }
            return actions[ordinal];
        }
    }
}
