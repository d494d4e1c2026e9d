package dev.retrovisor.machine.hart;

/** The platform's real-time counter, as {@code rdtime} and {@code stimecmp} use it. */
public interface Timebase {
    /** Virtual nanoseconds since power-on. */
    long virtualNanos();

    /** The present value of mtime, in ticks. */
    long mtime();

    /** The first virtual time at which mtime has reached {@code tick}, or {@code Alarms.NEVER}. */
    long nanosAtTick(long tick);
}
