package dev.retrovisor.traces;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEvent.ConsoleOutput;
import dev.retrovisor.machine.event.DeviceEvent.DiskWrite;
import dev.retrovisor.machine.event.DeviceEvent.FrameSent;
import dev.retrovisor.machine.event.DeviceEvent.Power;
import dev.retrovisor.traces.TraceEntry.StateHash;

/**
 * Device events and state hashes as bytes: kind, step, then the fields of the kind. Outputs of one byte to the same
 * console in a row become one run: how many, the bytes, and the differences of their steps ({@link StepDeltas}).
 */
final class EventCodec {
    /** The longest run; it bounds what an entry can add to a block. */
    static final int MAX_RUN = 4096;

    private EventCodec() {}

    /** Bytes of variable length that the event brings. */
    static int payloadBytes(DeviceEvent event) {
        return switch (event) {
            case ConsoleOutput(long _, int _, byte[] bytes) -> bytes.length;
            case FrameSent(long _, int _, byte[] frame) -> frame.length;
            case DiskWrite _, Power _ -> 0;
        };
    }

    /** Collects the entries of one block after the other. */
    static final class Encoder {
        private final ByteSink out;
        private final PositionDeltas time = new PositionDeltas();
        private final StepDeltas deltas = new StepDeltas();
        private final byte[] runBytes = new byte[MAX_RUN];
        private final long[] runDeltas = new long[MAX_RUN];
        private int runLength;
        private int runConsole;
        private long runFirstStep;
        private long runLastStep;
        private long lastSectorEnd;

        Encoder(ByteSink out) {
            this.out = out;
        }

        void begin(Position first) {
            time.begin(first);
            deltas.begin();
            lastSectorEnd = 0;
        }

        /** An upper bound of the content so far, the open run with it. */
        int lengthBytes() {
            return out.length() + 3 * runLength;
        }

        void put(DeviceEvent event) {
            if (event instanceof ConsoleOutput(long step, int console, byte[] bytes) && bytes.length == 1) {
                putRunByte(step, console, bytes[0]);
                return;
            }
            endRun();
            out.putByte(EntryKind.of(event).code());
            time.putStep(out, event.step());
            switch (event) {
                case ConsoleOutput(long _, int console, byte[] bytes) -> {
                    out.putZigzag(console);
                    out.putBytes(bytes);
                }
                case FrameSent(long _, int nic, byte[] frame) -> {
                    out.putZigzag(nic);
                    out.putBytes(frame);
                }
                case DiskWrite(long _, int disk, long sector, int sectorCount, long contentHash) -> {
                    out.putZigzag(disk);
                    out.putZigzag(sector - lastSectorEnd);
                    out.putZigzag(sectorCount);
                    out.putLong(contentHash);
                    lastSectorEnd = sector + sectorCount;
                }
                case Power(long _, Power.Change change) -> out.putByte(change.ordinal());
            }
        }

        void put(StateHash hash) {
            endRun();
            out.putByte(EntryKind.STATE_HASH.code());
            time.putStep(out, hash.step());
            time.putIdle(out, hash.virtualNanos());
            out.putByte(hash.kind().code());
            out.putLong(hash.hash());
        }

        /** Writes the open run, so that the content is whole. */
        void endRun() {
            if (runLength == 0) {
                return;
            }
            out.putByte(EntryKind.CONSOLE_RUN.code());
            time.putStep(out, runFirstStep);
            out.putZigzag(runConsole);
            out.putVarint(runLength);
            out.putRaw(runBytes, 0, runLength);
            deltas.putAll(out, runDeltas, runLength - 1);
            time.setStep(runLastStep);
            runLength = 0;
        }

        private void putRunByte(long step, int console, byte value) {
            if (runLength == MAX_RUN || runLength > 0 && runConsole != console) {
                endRun();
            }
            if (runLength == 0) {
                runConsole = console;
                runFirstStep = step;
            } else {
                runDeltas[runLength - 1] = step - runLastStep;
            }
            runBytes[runLength++] = value;
            runLastStep = step;
        }
    }

    /** The entries of one block. */
    static final class Decoder implements EntryDecoder<TraceEntry> {
        private final ByteSource in;
        private final PositionDeltas time = new PositionDeltas();
        private final StepDeltas deltas = new StepDeltas();
        private long lastSectorEnd;
        private int runAt;
        private int runLeft;
        private int runConsole;

        Decoder(ByteSource in, Position first) {
            this.in = in;
            time.begin(first);
        }

        @Override
        public boolean hasNext() {
            return runLeft > 0 || in.remaining() > 0;
        }

        @Override
        public TraceEntry next() {
            if (runLeft > 0) {
                long step = time.advance(in, deltas.get(in));
                return runEntry(step);
            }
            int code = in.getByte();
            EntryKind kind = EntryKind.ofCode(code, LogKind.EVENTS);
            if (kind == null) {
                throw in.bad("entry kind " + code, "a kind of event");
            }
            long step = time.getStep(in);
            return switch (kind) {
                case CONSOLE_OUTPUT -> device(new ConsoleOutput(step, in.getSmall(), in.getBytes()));
                case CONSOLE_RUN -> beginRun(step);
                case FRAME_SENT -> device(new FrameSent(step, in.getSmall(), in.getBytes()));
                case DISK_WRITE -> device(diskWrite(step));
                case POWER -> device(new Power(step, change()));
                case STATE_HASH -> stateHash(step);
                case CONSOLE_INPUT,
                        CONSOLE_RESIZE,
                        FRAME_ARRIVAL,
                        WALL_CLOCK,
                        ENTROPY_SEED,
                        OPERATOR,
                        MEMORY_POKE,
                        REGISTER_POKE -> throw new IllegalStateException(kind + " passed for an event");
            };
        }

        private TraceEntry beginRun(long step) {
            runConsole = in.getSmall();
            int length = in.getCount(1);
            if (length == 0 || length > MAX_RUN) {
                throw in.bad("a run of " + length, "1 to " + MAX_RUN);
            }
            runAt = in.take(length);
            runLeft = length;
            return runEntry(step);
        }

        private TraceEntry runEntry(long step) {
            byte[] one = {in.byteAt(runAt++)};
            runLeft--;
            if (runLeft == 0 && !deltas.betweenTokens()) {
                throw in.bad("step differences past the end of a run", "none");
            }
            return device(new ConsoleOutput(step, runConsole, one));
        }

        private DiskWrite diskWrite(long step) {
            int disk = in.getSmall();
            long sector = lastSectorEnd + in.getZigzag();
            int sectorCount = in.getSmall();
            lastSectorEnd = sector + sectorCount;
            return new DiskWrite(step, disk, sector, sectorCount, in.getLong());
        }

        private Power.Change change() {
            int ordinal = in.getByte();
            var changes = Power.Change.values();
            if (ordinal >= changes.length) {
                throw in.bad("power change " + ordinal, "below " + changes.length);
            }
            return changes[ordinal];
        }

        private StateHash stateHash(long step) {
            long nanos = time.getNanos(in);
            int code = in.getByte();
            if (code > 1) {
                throw in.bad("state hash kind " + code, "0 or 1");
            }
            StateHash.Kind kind = code == StateHash.Kind.LIGHT.code() ? StateHash.Kind.LIGHT : StateHash.Kind.FULL;
            return new StateHash(step, nanos, in.getLong(), kind);
        }

        private static TraceEntry device(DeviceEvent event) {
            return new TraceEntry.Device(event);
        }
    }
}
