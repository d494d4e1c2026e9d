package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.device.PowerSwitch;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.time.Clock;

/** SRST: power-off and restart. */
final class SystemReset implements SbiExtension {
    private static final long SHUTDOWN = 0;
    private static final long WARM_REBOOT = 2;
    private static final long REASON_FAILURE = 1;

    private final Clock clock;
    private final DeviceEventSink events;
    private final PowerSwitch power;

    SystemReset(Clock clock, DeviceEventSink events, PowerSwitch power) {
        this.clock = clock;
        this.events = events;
        this.power = power;
    }

    @Override
    public int id() {
        return 0x53525354;
    }

    @Override
    public long call(SbiCall call) {
        if (call.function() != 0) {
            return NOT_SUPPORTED;
        }
        long type = call.argument(0) & 0xFFFF_FFFFL;
        long reason = call.argument(1) & 0xFFFF_FFFFL;
        if (type > WARM_REBOOT) {
            return INVALID_PARAMETER;
        }
        DeviceEvent.Power.Change change = type != SHUTDOWN
                ? DeviceEvent.Power.Change.RESET
                : reason == REASON_FAILURE ? DeviceEvent.Power.Change.FAILED : DeviceEvent.Power.Change.OFF;
        events.accept(new DeviceEvent.Power(clock.steps(), change));
        power.request(change);
        call.hart().yieldQuantum();
        return SUCCESS;
    }
}
