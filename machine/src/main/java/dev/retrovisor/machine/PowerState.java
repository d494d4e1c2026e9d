package dev.retrovisor.machine;

import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;

/** Whether the machine is on, and if not, what switched it off. */
final class PowerState implements Stateful {
    private static final int ON = -1;

    private int change = ON;

    void request(DeviceEvent.Power.Change wanted) {
        change = wanted.ordinal();
    }

    void clear() {
        change = ON;
    }

    boolean isSwitched() {
        return change != ON;
    }

    StopReason reason() {
        return switch (DeviceEvent.Power.Change.values()[change]) {
            case OFF -> StopReason.POWER_OFF;
            case FAILED -> StopReason.POWER_OFF_FAILED;
            case RESET -> StopReason.RESET;
        };
    }

    @Override
    public String name() {
        return "power";
    }

    @Override
    public void save(StateWriter out) {
        out.putInt(change);
    }

    @Override
    public void load(StateReader in) {
        change = in.getInt();
        if (change < ON || change >= DeviceEvent.Power.Change.values().length) {
            throw new StateFormatException("power: found state " + change);
        }
    }
}
