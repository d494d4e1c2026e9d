package dev.retrovisor.machine;

/** Which engine a machine is to run on. */
public enum EngineChoice {
    /** Host code, where the host allows it; else the interpreter, and the machine says why. */
    TRANSLATOR,
    /** One instruction after the other, on any host. */
    INTERPRETER,
    /** The translator, with the interpreter beside it; the machine stops at the first step at which they differ. */
    LOCKSTEP
}
