package dev.retrovisor.machine.time;

import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;

/**
 * The machine's only clock: steps made, and virtual time as a function of them.
 *
 * <p>A step is one retired instruction or one trap taken, over all harts, and lasts {@value #NANOS_PER_STEP} ns of
 * virtual time. Time skipped while every hart waits is added on top. The guest can change neither.
 */
public final class Clock implements Stateful {
    /** Virtual length of a step: the guest sees a processor of 1 GHz that makes one instruction a cycle. */
    public static final long NANOS_PER_STEP = 1;

    /** Length of a tick of {@code mtime}: a time base of 10 MHz, as QEMU's virt board has it. */
    public static final long NANOS_PER_TICK = 100;

    private long steps;
    private long idleNanos;

    @Override
    public String name() {
        return "clock";
    }

    /** Steps made since power-on. */
    public long steps() {
        return steps;
    }

    /** Virtual nanoseconds since power-on. */
    public long virtualNanos() {
        return steps * NANOS_PER_STEP + idleNanos;
    }

    /** Sets the step count while an engine runs; never backwards. */
    public void setSteps(long newSteps) {
        steps = newSteps;
    }

    /** Skips idle time: virtual time becomes {@code virtualNanos}, which must not lie in the past. */
    public void skipTo(long virtualNanos) {
        if (virtualNanos < virtualNanos()) {
            throw new IllegalArgumentException(
                    "virtual time cannot go back from %d ns to %d ns".formatted(virtualNanos(), virtualNanos));
        }
        idleNanos = virtualNanos - steps * NANOS_PER_STEP;
    }

    @Override
    public void save(StateWriter out) {
        out.putLong(steps);
        out.putLong(idleNanos);
    }

    @Override
    public void load(StateReader in) {
        steps = in.getLong();
        idleNanos = in.getLong();
    }
}
