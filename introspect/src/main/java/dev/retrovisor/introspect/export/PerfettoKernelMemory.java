package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.allocation.MemoryEvent;
import dev.retrovisor.introspect.export.PerfettoTrace.Unit;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.HashMap;
import java.util.Map;

/** How much the kernel has given out since the timeline began, of objects and of pages: two counters. */
final class PerfettoKernelMemory {
    private static final int MOST_LIVE = 1 << 20;
    private static final int LARGEST_ORDER = 20;
    private static final long NO_COUNTER = 0;

    private final PerfettoTrace trace;
    private final Map<Long, Long> objects = new HashMap<>();
    private final Map<Long, Long> pages = new HashMap<>();
    private long objectBytes;
    private long pageBytes;
    private long objectCounter = NO_COUNTER;
    private long pageCounter = NO_COUNTER;

    PerfettoKernelMemory(PerfettoTrace trace) {
        this.trace = trace;
    }

    /** Returns whether the event is counted, and no more than that. */
    boolean accept(MemoryEvent event) {
        switch (event) {
            case MemoryEvent.ObjectAllocated allocated ->
                objectBytes += put(objects, allocated.address(), allocated.allocatedBytes());
            case MemoryEvent.ObjectFreed freed -> objectBytes -= take(objects, freed.address());
            case MemoryEvent.PagesAllocated allocated ->
                pageBytes += put(pages, allocated.frame(), bytes(allocated.order()));
            case MemoryEvent.PagesFreed freed -> pageBytes -= take(pages, freed.frame());
            case MemoryEvent.AreaAllocated _,
                    MemoryEvent.AreaFreed _,
                    MemoryEvent.Mapped _,
                    MemoryEvent.BreakMoved _,
                    MemoryEvent.Unmapped _,
                    MemoryEvent.Moved _,
                    MemoryEvent.Protected _,
                    MemoryEvent.Faulted _,
                    MemoryEvent.OutOfMemory _ -> {
                return false;
            }
        }
        if (objectCounter == NO_COUNTER) {
            objectCounter = trace.counter(0, "kernel objects", Unit.BYTES);
            pageCounter = trace.counter(0, "pages given out", Unit.BYTES);
        }
        boolean isObject = event instanceof MemoryEvent.ObjectAllocated || event instanceof MemoryEvent.ObjectFreed;
        trace.value(
                isObject ? objectCounter : pageCounter, event.at().virtualNanos(), isObject ? objectBytes : pageBytes);
        return true;
    }

    private static long bytes(int order) {
        return (long) AddressSpace.PAGE_BYTES << Math.clamp(order, 0, LARGEST_ORDER);
    }

    /** Returns how many bytes more there are. */
    private static long put(Map<Long, Long> live, long key, long sizeBytes) {
        long lost = take(live, key);
        if (key == 0 || live.size() >= MOST_LIVE) {
            return -lost;
        }
        live.put(key, sizeBytes);
        return sizeBytes - lost;
    }

    private static long take(Map<Long, Long> live, long key) {
        Long size = live.remove(key);
        return size == null ? 0 : size;
    }
}
