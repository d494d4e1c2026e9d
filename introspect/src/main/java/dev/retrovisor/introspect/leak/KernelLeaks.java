package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.heap.KernelCallStacks;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.PageFrames;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.tracepoint.TracepointHit;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import dev.retrovisor.machine.probe.MemoryAccess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's own heap: kmalloc and the slab caches, by their tracepoints. What is freed in bulk is seen as well; what a cache
 * hands on inside the kernel without its allocator is not.
 */
public final class KernelLeaks implements Leaks {
    private static final int MOST_MISUSES = 1000;
    private static final int MOST_BULK = 4096;
    private static final int RA = 1;
    private static final int LONGEST_NAME = 64;

    /** Frames that may lie between an access and the allocator's function that it is part of. */
    private static final int NEAR_FRAMES = 6;

    /** Beginnings of the names of the allocators' own functions (mm/slub.c, mm/slab_common.c, mm/page_alloc.c). */
    private static final List<String> ALLOCATOR = List.of(
            "kfree",
            "kvfree",
            "kmem_cache_",
            "__kmem_cache_",
            "__kmalloc",
            "kmalloc",
            "krealloc",
            "___slab",
            "__slab",
            "slab_",
            "free_to_partial_list",
            "get_partial",
            "deactivate_slab",
            "put_cpu_partial",
            "__put_partials",
            "__unfreeze",
            "new_slab",
            "allocate_slab",
            "setup_object",
            "shuffle_freelist",
            "__free_slab",
            "discard_slab",
            "do_slab_free",
            "get_page_from_freelist",
            "__alloc_pages",
            "kernel_init_pages",
            "flush_cpu_slab",
            "flush_this_cpu_slab",
            "refill_",
            "build_detached_freelist");

    private final boolean findUses;
    private final Heap heap = new Heap(0, "kernel", new Ledger());
    private final List<Misuse> misuses = new ArrayList<>();
    private final Set<Seen> seen = new HashSet<>();
    private final Map<Long, String> cacheNames = new HashMap<>();
    private final Map<Long, Boolean> steadyCaches = new HashMap<>();
    private Watch watch;
    private KernelCallStacks stacks;
    private FreedMemory freedMemory;
    private PageFrames frames;
    private long linearOffset;

    private record Seen(Misuse.Kind kind, long pointer, long freedStep, long pc) {}

    /** @param findUses whether to watch memory that was freed, which costs at each access to its pages */
    public KernelLeaks(boolean findUses) {
        this.findUses = findUses;
    }

    @Override
    public String name() {
        return "leaks";
    }

    @Override
    public String summary() {
        return "the kernel's heap";
    }

    @Override
    public void watch(Watch newWatch) {
        watch = newWatch;
        stacks = new KernelCallStacks(watch);
        Tracepoints tracepoints = Tracepoints.of(watch.kernel());
        attach(tracepoints, "kmalloc", hit -> allocated(hit, "kmalloc", hit.argument(2)));
        attach(tracepoints, "kmem_cache_alloc", this::allocatedFromCache);
        attach(tracepoints, "kfree", hit -> freed(hit.hart(), hit.argument(0), hit.argument(1), true));
        attach(
                tracepoints,
                "kmem_cache_free",
                hit -> freed(hit.hart(), hit.argument(0), hit.argument(1), !isSteady(hit.argument(2))));
        watch.onFunction("kmem_cache_free_bulk", this::freedInBulk);
        watch.onFunction("kmem_cache_alloc_bulk_noprof", this::allocatedInBulk);
        if (findUses) {
            freedMemory = new FreedMemory(watch.probes(), this::used);
            watch.atEnd(freedMemory::close);
            attach(tracepoints, "mm_page_alloc", this::pageAllocated);
        }
    }

    private void attach(Tracepoints tracepoints, String name, TracepointHit.Receiver receiver) {
        if (!tracepoints.attach(watch, name, receiver)) {
            watch.missing("the kernel has no tracepoint " + name);
        }
    }

    @Override
    public void accept(GuestEvent event) {
        // What happens is told by tracepoints.
    }

    private void allocatedFromCache(TracepointHit hit) {
        KernelObject cache = hit.object(2, "kmem_cache");
        allocated(hit, nameOf(cache), cache.get("object_size"));
    }

    private String nameOf(KernelObject cache) {
        return cacheNames.computeIfAbsent(cache.address(), _ -> cache.pointedText("name", LONGEST_NAME));
    }

    private void allocated(TracepointHit hit, String function, long sizeBytes) {
        allocated(hit.hart(), function, hit.argument(1), sizeBytes, stacks.of(hit.hart(), hit.argument(0)));
    }

    private void allocated(int hart, String function, long pointer, long sizeBytes, CallStack stack) {
        if (pointer != 0) {
            forget(heap.ledger().allocate(new Allocation(watch.now(hart), function, pointer, sizeBytes, stack)));
        }
    }

    /** A hart stands at the entry of {@code kmem_cache_alloc_bulk(cache, flags, count, array)}, which returns a count. */
    private void allocatedInBulk(int hart) {
        KernelObject cache = watch.kernel().object("kmem_cache", watch.argument(hart, 0));
        long array = watch.argument(hart, 3);
        CallStack stack = stacks.of(hart, watch.x(hart, RA));
        watch.onReturn(hart, at -> {
            long count = Math.clamp((int) watch.argument(at, 0), 0, MOST_BULK);
            AddressSpace space = watch.kernel().space();
            for (int i = 0; i < count; i++) {
                allocated(at, nameOf(cache), space.readLong(array + 8L * i), cache.get("object_size"), stack);
            }
        });
    }

    private void forget(List<Ledger.Freed> pieces) {
        if (freedMemory != null) {
            pieces.forEach(freedMemory::forget);
        }
    }

    private void freedInBulk(int hart) {
        long count = Math.clamp(watch.argument(hart, 1), 0, MOST_BULK);
        long array = watch.argument(hart, 2);
        boolean watched = !isSteady(watch.argument(hart, 0));
        AddressSpace space = watch.kernel().space();
        for (int i = 0; i < count; i++) {
            freed(hart, watch.x(hart, RA), space.readLong(array + 8L * i), watched);
        }
    }

    private void freed(int hart, long callSite, long pointer, boolean watched) {
        if (pointer == 0) {
            return;
        }
        Moment now = watch.now(hart);
        CallStack stack = stacks.of(hart, callSite);
        switch (heap.ledger().free(pointer, now, stack)) {
            case Ledger.Return.Good(Ledger.Freed piece) -> {
                if (freedMemory != null && watched) {
                    freedMemory.watch(piece, watch.kernel().space());
                }
            }
            case Ledger.Return.Again(Ledger.Freed before) ->
                misused(new Misuse(
                        Misuse.Kind.DOUBLE_FREE,
                        before.allocation(),
                        before.at(),
                        before.by(),
                        now,
                        pointer,
                        0,
                        stack));
            case Ledger.Return.Unknown() -> {}
        }
    }

    /** Objects of some caches may be read for a while after they are free, or keep what a constructor made. */
    private boolean isSteady(long cache) {
        return cache != 0
                && steadyCaches.computeIfAbsent(cache, address -> {
                    KernelObject object = watch.kernel().object("kmem_cache", address);
                    return object.get("ctor", 0) != 0 || (object.get("flags") & typesafeFlag()) != 0;
                });
    }

    /** SLAB_TYPESAFE_BY_RCU: the bit's number has been in an enumeration since 6.9, and was 19 before. */
    private long typesafeFlag() {
        return 1L
                << watch.kernel().types().findConstant("_SLAB_TYPESAFE_BY_RCU").orElse(19L);
    }

    /** Free pages are nobody's: those that hold freed objects are someone's from here on. */
    private void pageAllocated(TracepointHit hit) {
        if (hit.argument(0) == 0) {
            return;
        }
        if (frames == null) {
            frames = PageFrames.of(watch.kernel());
            linearOffset = watch.kernel().global("kernel_map", "kernel_mapping").get("va_pa_offset");
        }
        long start = frames.physical(hit.argument(0)) + linearOffset;
        forget(heap.ledger().reuse(start, (long) AddressSpace.PAGE_BYTES << Math.clamp(hit.argument(1), 0, 20)));
    }

    private void used(Ledger.Freed piece, MemoryAccess access) {
        int hart = access.hart();
        CallStack stack = stacks.of(hart, 0);
        boolean byAllocator = stack.frames().stream()
                .limit(NEAR_FRAMES)
                .anyMatch(frame -> ALLOCATOR.stream().anyMatch(frame.symbol()::startsWith));
        if (byAllocator) {
            return;
        }
        var kind = access.kind() == MemoryAccess.Kind.READ ? Misuse.Kind.READ_AFTER_FREE : Misuse.Kind.WRITE_AFTER_FREE;
        if (seen.add(new Seen(kind, piece.allocation().pointer(), piece.at().step(), access.pc()))) {
            misused(new Misuse(
                    kind,
                    piece.allocation(),
                    piece.at(),
                    piece.by(),
                    watch.now(hart),
                    access.virtualAddress(),
                    access.sizeBytes(),
                    stack));
        }
    }

    private void misused(Misuse misuse) {
        if (misuses.size() < MOST_MISUSES) {
            misuses.add(misuse);
        }
    }

    @Override
    public List<Heap> heaps() {
        return List.of(heap);
    }

    @Override
    public List<Misuse> misuses() {
        return List.copyOf(misuses);
    }
}
