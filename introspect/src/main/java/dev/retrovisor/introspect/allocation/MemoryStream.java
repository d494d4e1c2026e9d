package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import java.util.List;

/**
 * The {@code memory} stream: the kernel's objects, pages and areas, the mappings of processes, page faults, and who is
 * killed when memory runs out. What programs do with malloc is in {@code heap}.
 */
public final class MemoryStream implements EventStream {
    private final boolean ofKernelOnly;

    /** Everything; of callers in the kernel the innermost one. */
    public MemoryStream() {
        this(false);
    }

    private MemoryStream(boolean ofKernelOnly) {
        this.ofKernelOnly = ofKernelOnly;
    }

    /** The kernel's own memory alone, with the stacks of who wants it. */
    public static MemoryStream ofKernelWithStacks() {
        return new MemoryStream(true);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String summary() {
        return "the kernel's objects, pages and areas; mappings of processes, page faults, lack of memory";
    }

    @Override
    public List<Class<? extends GuestEvent>> eventTypes() {
        return List.of(
                MemoryEvent.ObjectAllocated.class,
                MemoryEvent.ObjectFreed.class,
                MemoryEvent.PagesAllocated.class,
                MemoryEvent.PagesFreed.class,
                MemoryEvent.AreaAllocated.class,
                MemoryEvent.AreaFreed.class,
                MemoryEvent.Mapped.class,
                MemoryEvent.BreakMoved.class,
                MemoryEvent.Unmapped.class,
                MemoryEvent.Moved.class,
                MemoryEvent.Protected.class,
                MemoryEvent.Faulted.class,
                MemoryEvent.OutOfMemory.class);
    }

    @Override
    public List<String> eventWords() {
        return List.of(
                "kmalloc",
                "kmem_cache_alloc",
                "kfree",
                "kmem_cache_free",
                "page_alloc",
                "page_free",
                "vmalloc",
                "vfree",
                "mmap",
                "brk",
                "munmap",
                "mremap",
                "mprotect",
                "fault",
                "oom_kill");
    }

    @Override
    public void watch(Watch watch) {
        Tracepoints tracepoints = Tracepoints.of(watch.kernel());
        var callers = new Callers(watch, ofKernelOnly);
        new SlabWatch(watch, callers).begin(tracepoints);
        new PageWatch(watch, callers).begin(tracepoints);
        if (!ofKernelOnly) {
            new MappingWatch(watch).begin();
            new FaultWatch(watch).begin(tracepoints);
        }
    }
}
