package dev.retrovisor.machine.hart;

/** Firmware that answers environment calls of the supervisor in place of machine-mode code. */
@FunctionalInterface
public interface SbiHandler {
    /** Serves the call described by a0 to a7; may move pc, stop the hart, or change other harts. */
    void call(Hart caller);
}
