package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.MemoryAccess.Agent;
import dev.retrovisor.machine.probe.MemoryProbes;

/** Shows one hart's accesses to the probes on the pages that they touch, before they are made; costs a flag otherwise. */
final class AccessProbes {
    private final int hart;
    private final HartState state;
    private final Ram ram;
    private final MemoryProbes probes;

    AccessProbes(int hart, HartState state, Ram ram, MemoryProbes probes) {
        this.hart = hart;
        this.state = state;
        this.ram = ram;
        this.probes = probes;
    }

    // The common case is short, so that compilers put it into its callers.

    /** A read inside one page. */
    void read(long virtualAddress, long physicalAddress, int sizeBytes, long value) {
        if (ram.isReadProbed(physicalAddress)) {
            showRead(virtualAddress, physicalAddress, sizeBytes, value);
        }
    }

    private void showRead(long virtualAddress, long physicalAddress, int sizeBytes, long value) {
        probes.read(hart, state.pc(), virtualAddress, physicalAddress, sizeBytes, value);
    }

    /** A write inside one page. */
    void write(long virtualAddress, long physicalAddress, int sizeBytes, long value) {
        if (ram.isWriteProbed(physicalAddress)) {
            showWrite(Agent.INSTRUCTION, virtualAddress, physicalAddress, sizeBytes, value);
        }
    }

    private void showWrite(Agent agent, long virtualAddress, long physicalAddress, int sizeBytes, long value) {
        probes.write(agent, hart, state.pc(), virtualAddress, physicalAddress, sizeBytes, value);
    }

    /** Zeros for a block inside one page. */
    void clear(long virtualAddress, long physicalAddress, int lengthBytes) {
        if (ram.isWriteProbed(physicalAddress)) {
            for (int i = 0; i < lengthBytes; i += Long.BYTES) {
                write(virtualAddress + i, physicalAddress + i, Long.BYTES, 0);
            }
        }
    }

    /** A walk for {@code virtualAddress} that sets bits in an entry. */
    void walk(long virtualAddress, long entryAddress, long entry) {
        if (ram.isWriteProbed(entryAddress)) {
            showWrite(Agent.PAGE_WALK, virtualAddress, entryAddress, Long.BYTES, entry);
        }
    }
}
