package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;

/**
 * The kernel's memory, quickly: most of its objects lie in its linear map of all RAM, where a virtual address is a physical
 * one with something added. Other addresses go through the page tables.
 */
final class LinearMemory {
    private final PhysicalMemory memory;
    private final AddressSpace space;
    private final long firstVirtual;
    private final long mostOffset;

    /** @param sample an object in the linear map, as all tasks are */
    LinearMemory(KernelView kernel, KernelObject sample) {
        memory = kernel.machine().memory();
        space = sample.space();
        long physical = space.translate(sample.address());
        boolean isLinear = physical != AddressSpace.UNMAPPED;
        firstVirtual = isLinear ? sample.address() - physical + memory.base() : 0;
        mostOffset = isLinear ? memory.sizeBytes() - Long.BYTES : -1;
    }

    long readLong(long address) {
        long offset = address - firstVirtual;
        return offset >= 0 && offset <= mostOffset ? memory.readLong(memory.base() + offset) : space.readLong(address);
    }

    int readInt(long address) {
        long offset = address - firstVirtual;
        return offset >= 0 && offset <= mostOffset ? memory.readInt(memory.base() + offset) : space.readInt(address);
    }
}
