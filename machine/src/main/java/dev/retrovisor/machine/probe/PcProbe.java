package dev.retrovisor.machine.probe;

/** Is called when a hart is about to fetch from an address and to execute what is there. */
@FunctionalInterface
public interface PcProbe {
    /**
     * A hart stands at the address, no interrupt is due, and the next step is its instruction, or the trap that fetching or
     * executing it means. Called once for each hart and step, also when the machine was stopped there and goes on; again
     * after a restore or reset.
     */
    Verdict reached(int hart, long pc);
}
