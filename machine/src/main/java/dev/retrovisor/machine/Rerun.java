package dev.retrovisor.machine;

import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import java.util.ArrayList;
import java.util.List;

/** Does again, on a machine of its own, what was done to a {@link Lockstep} since a snapshot. */
final class Rerun implements AutoCloseable {
    private final Snapshot start;
    private final List<Act> acts;
    private final List<DeviceEvent> events = new ArrayList<>();
    private final Machine machine;
    private int next;

    Rerun(Lockstep.Builder builder, EngineChoice engine, Snapshot start, List<Act> acts) {
        this.start = start;
        this.acts = acts;
        machine = builder.build(events::add, engine);
    }

    Machine machine() {
        return machine;
    }

    /** What has left the machine since the snapshot. */
    List<DeviceEvent> events() {
        return events;
    }

    /** Goes back to the snapshot. */
    void restart() {
        start.restore(machine);
        events.clear();
        next = 0;
    }

    /** Goes on until the machine has made so many steps. */
    void runTo(long step) {
        boolean goesOn = true;
        while (goesOn && machine.steps() < step && next < acts.size()) {
            goesOn = doNext(step);
        }
    }

    /** Goes on through all acts; the last one was interrupted after so many steps. */
    void runToEnd(long lastStep) {
        boolean goesOn = true;
        while (goesOn && next < acts.size()) {
            goesOn = doNext(lastStep);
        }
    }

    /** Does the next act or a stretch of it; whether anything can be done after it. */
    private boolean doNext(long mostSteps) {
        switch (acts.get(next)) {
            case Act.Run(long stepLimit, long idleLimitNanos) -> {
                long limit = Math.max(machine.steps(), Math.min(stepLimit, mostSteps));
                long stop = Math.min(limit, Lockstep.stretchEnd(machine.steps()));
                StopReason reason = machine.runTo(stop, idleLimitNanos);
                if (reason == StopReason.STEP_LIMIT && machine.steps() < stepLimit) {
                    return machine.steps() < mostSteps;
                }
            }
            case Act.Input(InputEvent event) -> {
                if (event.step() != machine.steps() || event.virtualNanos() != machine.virtualNanos()) {
                    return false; // it went astray before, and can't be told what it should know here
                }
                machine.apply(event);
            }
            case Act.Reset() -> machine.reset();
        }
        next++;
        return true;
    }

    @Override
    public void close() {
        machine.close();
    }
}
