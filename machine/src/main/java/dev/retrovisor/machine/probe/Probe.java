package dev.retrovisor.machine.probe;

/** A probe that is set. */
@FunctionalInterface
public interface Probe {
    /** Takes it away; a second time does nothing. */
    void remove();
}
