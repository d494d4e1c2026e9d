package dev.retrovisor.machine.probe;

import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.time.Clock;

/** All probes of a machine: set here, asked by harts and engines. */
public final class Probes {
    /** For {@link #onTrap}: every cause. */
    public static final long ALL = -1;

    /** For {@link #onTrap}: system calls, that is ecall from user mode. */
    public static final long SYSTEM_CALLS = 1L << TrapProbes.ECALL_FROM_USER;

    private final PcProbes pcs;
    private final MemoryProbes memory;
    private final TrapProbes traps;
    private ProbeFollower follower;
    private boolean stopWanted;
    private boolean silent;

    public Probes(Clock clock, Ram ram) {
        pcs = new PcProbes(this, clock);
        memory = new MemoryProbes(this, clock, ram);
        traps = new TrapProbes(this);
    }

    /** Sets who follows; once, before the machine runs. */
    public void follow(ProbeFollower newFollower) {
        follower = newFollower;
    }

    ProbeFollower follower() {
        return follower;
    }

    // Setting.

    /** Calls when any hart comes to a virtual address, in any address space and privilege. */
    public Probe onPc(long virtualAddress, PcProbe probe) {
        return pcs.add(virtualAddress, probe);
    }

    /** Calls for reads of {@code [physicalAddress, physicalAddress + lengthBytes)}, which must be RAM. */
    public Probe onRead(long physicalAddress, long lengthBytes, MemoryProbe probe) {
        return memory.add(physicalAddress, lengthBytes, true, false, probe);
    }

    /** Calls for writes to {@code [physicalAddress, physicalAddress + lengthBytes)}, which must be RAM. */
    public Probe onWrite(long physicalAddress, long lengthBytes, MemoryProbe probe) {
        return memory.add(physicalAddress, lengthBytes, false, true, probe);
    }

    /** Calls for both. */
    public Probe onAccess(long physicalAddress, long lengthBytes, MemoryProbe probe) {
        return memory.add(physicalAddress, lengthBytes, true, true, probe);
    }

    /**
     * Calls for traps.
     *
     * @param exceptions a bit for each exception code
     * @param interrupts a bit for each interrupt code
     */
    public Probe onTrap(long exceptions, long interrupts, TrapProbe probe) {
        return traps.add(exceptions, interrupts, probe);
    }

    /** Calls for every sret and mret. */
    public Probe onReturn(ReturnProbe probe) {
        return traps.add(probe);
    }

    /** Lets the run at hand return behind its present step, for one who is told of things by other means than a probe. */
    public void stop() {
        stopWanted = true;
        follower.stopHarts();
    }

    // For the machine, its harts and its engines.

    public PcProbes pcs() {
        return pcs;
    }

    public MemoryProbes memory() {
        return memory;
    }

    public TrapProbes traps() {
        return traps;
    }

    /** Whether a probe wanted a stop since the last call. */
    public boolean takeStop() {
        boolean wanted = stopWanted;
        stopWanted = false;
        return wanted;
    }

    /** All of memory is replaced, or time goes elsewhere: what is known of the past counts no more. */
    public void restart() {
        stopWanted = false;
        pcs.forget();
    }

    /** Whether writes to memory are no event of the machine: it is being made or reset. */
    public void setSilent(boolean newSilent) {
        silent = newSilent;
    }

    boolean isSilent() {
        return silent;
    }

    void obey(Verdict verdict) {
        if (verdict == Verdict.STOP) {
            stop();
        }
    }
}
