package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.export.PerfettoTrace.Unit;
import dev.retrovisor.introspect.heap.HeapEvent;
import java.util.HashMap;
import java.util.Map;

/** How much each process has allocated and not freed: a counter below its track. */
final class PerfettoHeaps {
    /** More live allocations of one process are not counted. */
    private static final int MOST_LIVE = 1 << 20;

    private final PerfettoTrace trace;
    private final Map<Long, Heap> byProcess = new HashMap<>();

    private static final class Heap {
        private final long counter;
        private final Map<Long, Long> sizes = new HashMap<>();
        private long bytes;

        Heap(long counter) {
            this.counter = counter;
        }

        void add(long pointer, long sizeBytes) {
            remove(pointer);
            if (pointer != 0 && sizes.size() < MOST_LIVE) {
                sizes.put(pointer, sizeBytes);
                bytes += sizeBytes;
            }
        }

        void remove(long pointer) {
            Long size = sizes.remove(pointer);
            bytes -= size == null ? 0 : size;
        }
    }

    PerfettoHeaps(PerfettoTrace trace) {
        this.trace = trace;
    }

    /** @param process the track of the process whose heap it is */
    void accept(HeapEvent event, long process) {
        Heap heap = byProcess.computeIfAbsent(process, track -> new Heap(trace.counter(track, "heap", Unit.BYTES)));
        switch (event) {
            case HeapEvent.Allocated allocated -> heap.add(allocated.pointer(), allocated.sizeBytes());
            case HeapEvent.Freed freed -> heap.remove(freed.pointer());
            case HeapEvent.Resized resized -> {
                if (resized.pointer() != 0) {
                    heap.remove(resized.oldPointer());
                    heap.add(resized.pointer(), resized.sizeBytes());
                }
            }
        }
        trace.value(heap.counter, event.at().virtualNanos(), heap.bytes);
    }
}
