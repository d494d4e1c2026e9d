package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.MachineView.HartView;
import dev.retrovisor.introspect.memory.AddressSpace;

/** The heaps of all processes while they are watched: emits {@link HeapEvent}s, and says who is where. */
public final class HeapWatch {
    private final Watch watch;
    private final AllocatorCalls calls;
    private final HeapProcesses processes;
    private final KernelCallStacks kernelStacks;

    /** Begins to watch. */
    public HeapWatch(Watch watch) {
        this.watch = watch;
        calls = new AllocatorCalls(watch);
        processes = new HeapProcesses(watch, calls);
        kernelStacks = new KernelCallStacks(watch);
        processes.begin();
    }

    /** Whether the thread that a hart runs is inside one of the allocator's functions. */
    public boolean isInAllocator(int hart) {
        return calls.isOpen(hart);
    }

    /** Names the memory of the process that a hart runs: its root page table. */
    public long memoryOf(int hart) {
        return processes.root(hart);
    }

    /** That memory. */
    public AddressSpace space(int hart) {
        return watch.kernel().hartSpace(hart);
    }

    /** Where a hart is, innermost first; in the kernel, the kernel's frames. */
    public CallStack stack(int hart) {
        HartView state = watch.kernel().machine().hart(hart);
        if (state.privilege() != 0) {
            return kernelStacks.of(hart, 0);
        }
        return processes.at(hart).map(process -> process.here(state)).orElse(CallStack.NONE);
    }
}
