package dev.retrovisor.recorder;

import dev.retrovisor.machine.Machine;
import java.util.List;

/**
 * Looks at a machine while it runs live; called on the machine's thread while the machine stands. It may read everything and
 * set probes, and must never change the machine: a run is the same whoever looks, and so is its recording.
 */
public interface MachineObserver {
    /** Looks at nothing. */
    MachineObserver NONE = new MachineObserver() {};

    /**
     * The moment at which an observer must be called, whichever of the two comes first.
     *
     * @param step {@link Long#MAX_VALUE} for none
     * @param virtualNanos {@link Long#MAX_VALUE} for none
     */
    record Appointment(long step, long virtualNanos) {
        public static final Appointment NONE = new Appointment(Long.MAX_VALUE, Long.MAX_VALUE);

        public boolean isReached(Machine machine) {
            return machine.steps() >= step || machine.virtualNanos() >= virtualNanos;
        }

        /** The moments of both, whichever comes first. */
        public Appointment orEarlier(Appointment other) {
            return new Appointment(Math.min(step, other.step), Math.min(virtualNanos, other.virtualNanos));
        }
    }

    /** The machine is built, and stands where the run begins. */
    default void started(Machine machine) {}

    /**
     * Between two stretches of the run, a few hundred times a second, and at an {@link #appointment}. All inputs of this
     * moment are applied, so a replay that stops here finds the machine as it is now.
     */
    default void paused(Machine machine) {}

    /** When {@link #paused} must be called next, to the step; asked before each stretch. */
    default Appointment appointment() {
        return Appointment.NONE;
    }

    /** The run has ended; the machine is there for the last time. Not called if it ended by a bug of ours. */
    default void stopping(Machine machine) {}

    /** Several observers, called in their order. */
    static MachineObserver all(List<? extends MachineObserver> observers) {
        return new MachineObserver() {
            @Override
            public void started(Machine machine) {
                observers.forEach(each -> each.started(machine));
            }

            @Override
            public void paused(Machine machine) {
                observers.forEach(each -> each.paused(machine));
            }

            @Override
            public Appointment appointment() {
                return observers.stream()
                        .map(MachineObserver::appointment)
                        .reduce(Appointment.NONE, Appointment::orEarlier);
            }

            @Override
            public void stopping(Machine machine) {
                observers.forEach(each -> each.stopping(machine));
            }
        };
    }
}
