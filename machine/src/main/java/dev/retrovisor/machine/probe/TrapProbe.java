package dev.retrovisor.machine.probe;

/** Is called when a trap is taken. */
@FunctionalInterface
public interface TrapProbe {
    /**
     * A trap is about to be taken; the hart's state is that before it.
     *
     * @param cause as mcause will have it: negative for an interrupt
     * @param value as mtval will have it
     * @param pc address of the instruction that trapped, or before which the interrupt is taken
     * @param from privilege before: 0, 1 or 3
     * @param to privilege of the handler
     */
    Verdict taken(int hart, long cause, long value, long pc, int from, int to);
}
