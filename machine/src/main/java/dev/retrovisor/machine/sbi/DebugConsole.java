package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.time.Clock;

/** DBCN: bytes to the first console. Reading gives nothing: the guest has the serial port for that. */
final class DebugConsole implements SbiExtension {
    private static final int CONSOLE = 0;

    /** More than this at once is written in parts, as the specification allows. */
    private static final int MAX_BYTES = 4096;

    private final Clock clock;
    private final GuestMemory memory;
    private final DeviceEventSink events;

    DebugConsole(Clock clock, GuestMemory memory, DeviceEventSink events) {
        this.clock = clock;
        this.memory = memory;
        this.events = events;
    }

    @Override
    public int id() {
        return 0x4442434E;
    }

    @Override
    public long call(SbiCall call) {
        return switch ((int) call.function()) {
            case 0 -> write(call);
            case 1 -> SUCCESS; // read: no bytes
            case 2 -> {
                put(new byte[] {(byte) call.argument(0)});
                yield SUCCESS;
            }
            default -> NOT_SUPPORTED;
        };
    }

    private long write(SbiCall call) {
        int length = (int) Math.min(MAX_BYTES, Math.max(0, call.argument(0)));
        long address = call.argument(1);
        if (call.argument(2) != 0 || !memory.contains(address, length)) {
            return INVALID_PARAMETER;
        }
        var bytes = new byte[length];
        memory.read(address, bytes, 0, length);
        put(bytes);
        call.setValue(length);
        return SUCCESS;
    }

    private void put(byte[] bytes) {
        events.accept(new DeviceEvent.ConsoleOutput(clock.steps(), CONSOLE, bytes));
    }
}
