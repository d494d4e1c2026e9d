package dev.retrovisor.introspect.event;

/** An event that takes time, of one thread; those of a thread follow or contain each other. */
public interface Lasting extends GuestEvent {
    /** When it began, in virtual time. */
    long startNanos();

    /** How long it took; of one that is not finished, nothing. */
    long durationNanos();

    /** Whether it has ended; if not, {@link #at} is how far it was seen. */
    boolean isFinished();
}
