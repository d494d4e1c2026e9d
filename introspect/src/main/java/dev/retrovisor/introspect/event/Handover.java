package dev.retrovisor.introspect.event;

/** An event in which something goes from one thread to another. A thread number of 0 is of no thread. */
public interface Handover extends GuestEvent {
    int fromPid();

    int fromTid();

    String fromComm();

    int toPid();

    int toTid();

    String toComm();

    /** When it was sent, in virtual time; {@link #sentStep} is 0 if that is not known. */
    long sentNanos();

    /** When it was sent, in steps; 0 if that is not known. */
    long sentStep();
}
