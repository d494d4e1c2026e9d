package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.tracepoint.TracepointHit;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import java.util.List;

/** Pages that the kernel gives out and takes back, by its tracepoints, and the areas that it maps for itself. */
final class PageWatch {
    private static final int RETURNED = 10;
    private static final List<String> AREA_ALLOCATORS = List.of("__vmalloc_node_range_noprof", "__vmalloc_node_range");

    private final Watch watch;
    private final Callers callers;
    private PhysicalPages pages;

    PageWatch(Watch watch, Callers callers) {
        this.watch = watch;
        this.callers = callers;
    }

    void begin(Tracepoints tracepoints) {
        tracepoints.attach(watch, "mm_page_alloc", hit -> {
            // Told also when there was none.
            if (hit.argument(0) != 0) {
                watch.emit(new MemoryEvent.PagesAllocated(
                        watch.now(hit.hart()),
                        frame(hit),
                        (int) hit.argument(1),
                        callers.pageCaller(hit.hart()),
                        callers.stack(hit.hart())));
            }
        });
        tracepoints.attach(
                watch,
                "mm_page_free",
                hit -> watch.emit(new MemoryEvent.PagesFreed(
                        watch.now(hit.hart()),
                        frame(hit),
                        (int) hit.argument(1),
                        callers.pageCaller(hit.hart()),
                        callers.stack(hit.hart()))));
        Function.find(watch, AREA_ALLOCATORS, "size", "caller").ifPresent(function -> {
            int size = function.argument("size");
            int caller = function.argument("caller");
            function.onEntry(hart -> {
                long sizeBytes = watch.argument(hart, size);
                String by = callers.name(watch.argument(hart, caller));
                watch.onReturn(
                        hart,
                        later -> watch.emit(new MemoryEvent.AreaAllocated(
                                watch.now(later), watch.x(later, RETURNED), sizeBytes, by, callers.stack(later))));
            });
        });
        watch.onFunction("vfree", hart -> {
            if (watch.argument(hart, 0) != 0) {
                watch.emit(new MemoryEvent.AreaFreed(
                        watch.now(hart),
                        watch.argument(hart, 0),
                        callers.name(watch.x(hart, 1)),
                        callers.stack(hart)));
            }
        });
    }

    private long frame(TracepointHit hit) {
        if (pages == null) {
            pages = new PhysicalPages(watch.kernel());
        }
        return pages.frame(hit.argument(0));
    }
}
