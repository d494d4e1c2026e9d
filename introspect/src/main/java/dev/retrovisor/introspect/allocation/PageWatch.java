package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Pages that the kernel gives out and takes back, by its tracepoints, and the areas that it maps for itself. */
final class PageWatch {
    private static final int RETURNED = 10;
    private static final long MOST_AT_ONCE = 1 << 16;
    private static final List<String> AREA_ALLOCATORS = List.of("__vmalloc_node_range_noprof", "__vmalloc_node_range");

    private final Watch watch;
    private final Callers callers;
    private final Set<Long> toldInBulk = new HashSet<>();
    private int openBulks;
    private PhysicalPages pages;

    PageWatch(Watch watch, Callers callers) {
        this.watch = watch;
        this.callers = callers;
    }

    void begin(Tracepoints tracepoints) {
        tracepoints.attach(watch, "mm_page_alloc", hit -> {
            // Told also when there was none.
            if (hit.argument(0) != 0) {
                if (openBulks > 0) {
                    toldInBulk.add(hit.argument(0));
                }
                allocated(hit.hart(), hit.argument(0), (int) hit.argument(1));
            }
        });
        Function.find(watch, List.of("alloc_pages_bulk_noprof", "__alloc_pages_bulk"), "page_array")
                .ifPresent(function -> {
                    int array = function.argument("page_array");
                    function.onEntry(hart -> allocatesMany(hart, watch.argument(hart, array)));
                });
        tracepoints.attach(
                watch,
                "mm_page_free",
                hit -> watch.emit(new MemoryEvent.PagesFreed(
                        watch.now(hit.hart()),
                        frame(hit.argument(0)),
                        (int) hit.argument(1),
                        callers.pageCaller(hit.hart()),
                        callers.stack(hit.hart(), 0))));
        Function.find(watch, AREA_ALLOCATORS, "size", "caller").ifPresent(function -> {
            int size = function.argument("size");
            int caller = function.argument("caller");
            function.onEntry(hart -> {
                long sizeBytes = watch.argument(hart, size);
                String by = callers.name(watch.argument(hart, caller));
                watch.onReturn(
                        hart,
                        later -> watch.emit(new MemoryEvent.AreaAllocated(
                                watch.now(later), watch.x(later, RETURNED), sizeBytes, by, callers.stack(later, 0))));
            });
        });
        watch.onFunction("vfree", hart -> {
            if (watch.argument(hart, 0) != 0) {
                watch.emit(new MemoryEvent.AreaFreed(
                        watch.now(hart),
                        watch.argument(hart, 0),
                        callers.name(watch.x(hart, 1)),
                        callers.stack(hart, 0)));
            }
        });
    }

    private void allocated(int hart, long page, int order) {
        watch.emit(new MemoryEvent.PagesAllocated(
                watch.now(hart), frame(page), order, callers.pageCaller(hart), callers.stack(hart, 0)));
    }

    /**
     * Many pages at once have no tracepoint, but for single ones that are allocated on the way. They go where an array has
     * no page yet, up to the number of pages that it has then, which is returned.
     */
    private void allocatesMany(int hart, long array) {
        if (array == 0) {
            return;
        }
        long first = array;
        while (first < array + MOST_AT_ONCE * Long.BYTES
                && watch.kernel().space().isMapped(first)
                && watch.kernel().space().readLong(first) != 0) {
            first += Long.BYTES;
        }
        long begin = first;
        openBulks++;
        watch.onReturn(hart, later -> {
            long end = array + Math.clamp(watch.x(later, RETURNED), 0, MOST_AT_ONCE) * Long.BYTES;
            for (long at = begin; at < end; at += Long.BYTES) {
                long page = watch.kernel().space().readLong(at);
                if (!toldInBulk.remove(page)) {
                    allocated(later, page, 0);
                }
            }
            openBulks--;
            if (openBulks == 0) {
                toldInBulk.clear();
            }
        });
    }

    private long frame(long page) {
        if (pages == null) {
            pages = new PhysicalPages(watch.kernel());
        }
        return pages.frame(page);
    }
}
