package dev.retrovisor.machine.probe;

/** What a probe wants after it was called. */
public enum Verdict {
    GO_ON,
    /** Let {@code Machine.runTo} return: at this step before it is made for a {@link PcProbe}, after it for all others. */
    STOP
}
