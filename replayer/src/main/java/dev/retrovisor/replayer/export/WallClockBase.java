package dev.retrovisor.replayer.export;

import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.TraceReader;
import java.time.Instant;

/**
 * What time the guest's world has: the wall clock as it was first read for the machine, and virtual time from there on, so
 * that distances are those that the guest saw.
 */
public final class WallClockBase {
    private final long epochNanosAtPowerOn;

    private WallClockBase(long epochNanosAtPowerOn) {
        this.epochNanosAtPowerOn = epochNanosAtPowerOn;
    }

    /** A base by what the wall clock was at power-on. */
    static WallClockBase at(long epochNanosAtPowerOn) {
        return new WallClockBase(epochNanosAtPowerOn);
    }

    /** The base of a trace; when its recording began, if it never read the wall clock. */
    public static WallClockBase of(TraceReader trace) {
        try (EventCursor<InputEvent> inputs = trace.inputs()) {
            for (InputEvent input = inputs.next(); input != null; input = inputs.next()) {
                if (input instanceof InputEvent.WallClock(long _, long virtualNanos, long epochNanos)) {
                    return new WallClockBase(epochNanos - virtualNanos);
                }
            }
        }
        Instant created = trace.manifest().createdAt();
        long startNanos = trace.manifest().start().position().virtualNanos();
        return new WallClockBase(created.getEpochSecond() * 1_000_000_000L + created.getNano() - startNanos);
    }

    /** Nanoseconds since 1970 UTC at a virtual time. */
    public long epochNanos(long virtualNanos) {
        return epochNanosAtPowerOn + virtualNanos;
    }
}
