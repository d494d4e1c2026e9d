package dev.retrovisor.machine.probe;

/** Is called when a handler returns by sret or mret. */
@FunctionalInterface
public interface ReturnProbe {
    /**
     * A return is about to happen and can't trap; the hart's state is that before it.
     *
     * @param pc address of the instruction
     * @param target where it goes
     * @param from privilege before: 1 or 3
     * @param to privilege after: 0, 1 or 3
     */
    Verdict returned(int hart, long pc, long target, int from, int to);
}
