package dev.retrovisor.machine.probe;

/** Is called for accesses to a range of RAM. */
@FunctionalInterface
public interface MemoryProbe {
    /** An access is being made that can't fail any more; memory holds {@link MemoryAccess#before} still. */
    Verdict accessed(MemoryAccess access);
}
