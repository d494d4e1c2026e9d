package dev.retrovisor.machine.device;

import dev.retrovisor.machine.event.DeviceEvent;

/** Takes the guest's wish for a change of power: the machine stops behind the step that made it. */
@FunctionalInterface
public interface PowerSwitch {
    void request(DeviceEvent.Power.Change change);
}
