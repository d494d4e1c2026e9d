package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.CodeAddress;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.MachineView.HartView;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.List;

/** The heaps of all processes while they are watched: emits {@link HeapEvent}s, and says who is where. */
public final class HeapWatch {
    private final Watch watch;
    private final AllocatorCalls calls;
    private final HeapProcesses processes;

    /** Begins to watch. */
    public HeapWatch(Watch watch) {
        this.watch = watch;
        calls = new AllocatorCalls(watch);
        processes = new HeapProcesses(watch, calls);
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

    /** Where a hart is, innermost first; the kernel on a program's behalf is one frame. */
    public CallStack stack(int hart) {
        HartView state = watch.kernel().machine().hart(hart);
        if (state.privilege() != 0) {
            return new CallStack(List.of(CodeAddress.ofKernel(watch.kernel().symbols(), state.pc())));
        }
        return processes.at(hart).map(process -> process.here(state)).orElse(CallStack.NONE);
    }
}
