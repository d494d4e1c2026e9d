package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.linux.SlabCaches;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.tracepoint.TracepointHit;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects of the kernel's allocator, by its tracepoints. */
final class SlabWatch {
    private static final int MOST_KEPT = 4096;
    private static final int MOST_AT_ONCE = 4096;
    private static final int RA = 1;
    private static final int RETURNED = 10;

    private final Watch watch;
    private final Callers callers;
    private final Map<Long, String> cacheNames = new HashMap<>();
    private PhysicalPages pages;

    SlabWatch(Watch watch, Callers callers) {
        this.watch = watch;
        this.callers = callers;
    }

    void begin(Tracepoints tracepoints) {
        tracepoints.attach(watch, "kmalloc", hit -> {
            long address = hit.argument(1);
            allocated(hit, address, hit.argument(2), hit.argument(3), cacheOf(address));
        });
        tracepoints.attach(watch, "kmem_cache_alloc", hit -> {
            KernelObject cache = hit.object(2, "kmem_cache");
            allocated(hit, hit.argument(1), cache.get("object_size"), cache.get("size"), nameOf(cache));
        });
        tracepoints.attach(watch, "kfree", hit -> {
            // It is also called without an object, and does nothing then.
            if (hit.argument(1) != 0) {
                freed(hit, cacheOf(hit.argument(1)));
            }
        });
        tracepoints.attach(watch, "kmem_cache_free", hit -> freed(hit, nameOf(hit.object(2, "kmem_cache"))));
        // Many at once have no tracepoints.
        Function.find(watch, List.of("kmem_cache_alloc_bulk_noprof", "kmem_cache_alloc_bulk"), "s", "p")
                .ifPresent(function -> {
                    int cache = function.argument("s");
                    int array = function.argument("p");
                    function.onEntry(
                            hart -> allocatesMany(hart, watch.argument(hart, cache), watch.argument(hart, array)));
                });
        Function.find(watch, List.of("kmem_cache_free_bulk"), "size", "p").ifPresent(function -> {
            int count = function.argument("size");
            int array = function.argument("p");
            function.onEntry(hart -> freesMany(hart, watch.argument(hart, count), watch.argument(hart, array)));
        });
        // A cache that comes later may lie where one was that is gone.
        watch.onFunction("kmem_cache_destroy", _ -> cacheNames.clear());
    }

    private void allocatesMany(int hart, long cacheAddress, long array) {
        long callSite = watch.x(hart, RA);
        String caller = callers.name(callSite);
        watch.onReturn(hart, later -> {
            KernelObject cache = watch.kernel().object("kmem_cache", cacheAddress);
            long count = Math.clamp(watch.x(later, RETURNED), 0, MOST_AT_ONCE);
            for (long at = array; at < array + count * Long.BYTES; at += Long.BYTES) {
                watch.emit(new MemoryEvent.ObjectAllocated(
                        watch.now(later),
                        "kmem_cache_alloc",
                        cache.space().readLong(at),
                        cache.get("object_size"),
                        cache.get("size"),
                        nameOf(cache),
                        caller,
                        callers.stack(later, callSite)));
            }
        });
    }

    private void freesMany(int hart, long count, long array) {
        long callSite = watch.x(hart, RA);
        String caller = callers.name(callSite);
        long end = array + Math.clamp(count, 0, MOST_AT_ONCE) * Long.BYTES;
        for (long at = array; at < end; at += Long.BYTES) {
            long address = watch.kernel().space().readLong(at);
            watch.emit(new MemoryEvent.ObjectFreed(
                    watch.now(hart),
                    "kmem_cache_free",
                    address,
                    cacheOf(address),
                    caller,
                    callers.stack(hart, callSite)));
        }
    }

    private void allocated(TracepointHit hit, long address, long requestedBytes, long allocatedBytes, String cache) {
        watch.emit(new MemoryEvent.ObjectAllocated(
                watch.now(hit.hart()),
                hit.tracepoint().name(),
                address,
                requestedBytes,
                allocatedBytes,
                cache,
                callers.name(hit.argument(0)),
                callers.stack(hit.hart(), hit.argument(0))));
    }

    private void freed(TracepointHit hit, String cache) {
        watch.emit(new MemoryEvent.ObjectFreed(
                watch.now(hit.hart()),
                hit.tracepoint().name(),
                hit.argument(1),
                cache,
                callers.name(hit.argument(0)),
                callers.stack(hit.hart(), hit.argument(0))));
    }

    private String nameOf(KernelObject cache) {
        String name = cacheNames.get(cache.address());
        if (name == null) {
            if (cacheNames.size() == MOST_KEPT) {
                cacheNames.clear();
            }
            name = SlabCaches.name(cache);
            // The first caches are made before they have names.
            if (!name.isEmpty()) {
                cacheNames.put(cache.address(), name);
            }
        }
        return name;
    }

    /** The name of the cache that an object lies in; empty if it is too large for one, or it is too early to tell. */
    private String cacheOf(long object) {
        try {
            if (pages == null) {
                pages = new PhysicalPages(watch.kernel());
            }
            Optional<Long> frame = object == 0 ? Optional.empty() : pages.frameOf(object);
            if (frame.isEmpty()) {
                return "";
            }
            KernelObject head = pages.head(pages.page(frame.get()));
            return pages.isType(head, "PGTY_slab") ? nameOf(head.as("slab").to("slab_cache")) : "";
        } catch (MemoryFault _) {
            return "";
        }
    }
}
