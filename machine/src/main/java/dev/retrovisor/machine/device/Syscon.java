package dev.retrovisor.machine.device;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEvent.Power.Change;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.time.Clock;

/**
 * Power control, compatible with SiFive's test finisher as QEMU's virt board has it: one register that takes what to
 * do in its low half and a failure's code in its high half, by accesses of two or four bytes. It has no state.
 */
public final class Syscon implements MmioDevice {
    /** Length of the register window. */
    public static final long WINDOW_BYTES = 0x1000;

    /** Value that switches the machine off; the device tree tells it to the guest. */
    public static final int POWER_OFF = 0x5555;

    /** Value that restarts the machine; the device tree tells it to the guest. */
    public static final int RESET = 0x7777;

    private static final int FAIL = 0x3333;

    private final Clock clock;
    private final DeviceEventSink events;
    private final PowerSwitch power;

    public Syscon(Clock clock, DeviceEventSink events, PowerSwitch power) {
        this.clock = clock;
        this.events = events;
        this.power = power;
    }

    @Override
    public String name() {
        return "syscon";
    }

    @Override
    public long read(long offset, int sizeBytes) {
        return 0;
    }

    @Override
    public void write(long offset, int sizeBytes, long value) {
        if (offset != 0 || sizeBytes != 2 && sizeBytes != 4) {
            return;
        }
        switch ((int) value & 0xFFFF) {
            case POWER_OFF -> request(Change.OFF);
            case RESET -> request(Change.RESET);
            case FAIL -> request(Change.FAILED);
            default -> {} // means nothing
        }
    }

    private void request(Change change) {
        events.accept(new DeviceEvent.Power(clock.steps(), change));
        power.request(change);
    }

    @Override
    public void reset() {}

    @Override
    public void save(StateWriter out) {}

    @Override
    public void load(StateReader in) {}
}
