package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.allocation.MemoryEvent;
import dev.retrovisor.introspect.allocation.MemoryStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.heap.KernelCallStacks;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.linux.SlabCaches;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.machine.probe.MemoryAccess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernel's own heap: kmalloc and the slab caches, as the {@code memory} stream tells of them. What a cache hands on inside
 * the kernel without its allocator is not seen.
 */
public final class KernelLeaks implements Leaks {
    /** include/linux/slab.h: what kmalloc gives for no bytes. */
    private static final long ZERO_SIZE_PTR = 16;

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
    private final Misuses misuses = new Misuses();
    private final Map<String, Boolean> steadyCaches = new HashMap<>();
    private Watch watch;
    private KernelCallStacks stacks;
    private FreedMemory freedMemory;
    private long linearOffset;

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
        MemoryStream.ofKernelWithStacks().watch(watch);
        if (findUses) {
            stacks = new KernelCallStacks(watch);
            freedMemory = new FreedMemory(watch, this::used);
            watch.atEnd(freedMemory::close);
        }
    }

    @Override
    public void accept(GuestEvent event) {
        if (event instanceof MemoryEvent memoryEvent) {
            switch (memoryEvent) {
                case MemoryEvent.ObjectAllocated allocated -> allocated(allocated);
                case MemoryEvent.ObjectFreed freed -> freed(freed);
                case MemoryEvent.PagesAllocated allocated -> allocated(allocated);
                case MemoryEvent.PagesFreed _,
                        MemoryEvent.AreaAllocated _,
                        MemoryEvent.AreaFreed _,
                        MemoryEvent.Mapped _,
                        MemoryEvent.BreakMoved _,
                        MemoryEvent.Unmapped _,
                        MemoryEvent.Moved _,
                        MemoryEvent.Protected _,
                        MemoryEvent.Faulted _,
                        MemoryEvent.OutOfMemory _ -> {}
            }
        }
    }

    private void allocated(MemoryEvent.ObjectAllocated event) {
        // No memory, or no bytes: there is nothing to give back.
        if (event.address() != 0 && event.address() != ZERO_SIZE_PTR) {
            String function = event.type().equals("kmalloc") ? "kmalloc" : event.cache();
            forget(heap.ledger()
                    .allocate(new Allocation(
                            event.at(), function, event.address(), event.requestedBytes(), event.stack())));
        }
    }

    private void forget(List<Ledger.Freed> pieces) {
        if (freedMemory != null) {
            pieces.forEach(freedMemory::forget);
        }
    }

    private void freed(MemoryEvent.ObjectFreed event) {
        if (event.address() == 0 || event.address() == ZERO_SIZE_PTR) {
            return;
        }
        switch (heap.ledger().free(event.address(), event.at(), event.stack())) {
            case Ledger.Return.Good(Ledger.Freed piece) -> {
                if (freedMemory != null && !isSteady(event.cache())) {
                    freedMemory.watch(piece, watch.kernel().space());
                }
            }
            case Ledger.Return.Again(Ledger.Freed before) -> misuses.freedAgain(before, event.at(), event.stack());
            case Ledger.Return.Unknown() -> {}
        }
    }

    /** Objects of some caches may be read for a while after they are free, or keep what a constructor made. */
    private boolean isSteady(String cache) {
        return steadyCaches.computeIfAbsent(
                cache,
                name -> new SlabCaches(new PhysicalPages(watch.kernel()))
                        .all()
                        .filter(each -> each.name().equals(name))
                        .anyMatch(each -> each.object().get("ctor", 0) != 0
                                || (each.object().get("flags") & typesafeFlag()) != 0));
    }

    /** SLAB_TYPESAFE_BY_RCU: the bit's number has been in an enumeration since 6.9, and was 19 before. */
    private long typesafeFlag() {
        return 1L
                << watch.kernel().types().findConstant("_SLAB_TYPESAFE_BY_RCU").orElse(19L);
    }

    /** Free pages are nobody's: those that hold freed objects are someone's from here on. */
    private void allocated(MemoryEvent.PagesAllocated event) {
        if (linearOffset == 0) {
            linearOffset = watch.kernel().global("kernel_map", "kernel_mapping").get("va_pa_offset");
        }
        long start = event.frame() * AddressSpace.PAGE_BYTES + linearOffset;
        forget(heap.ledger().reuse(start, (long) AddressSpace.PAGE_BYTES << Math.clamp(event.order(), 0, 20)));
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
        misuses.used(piece, access, watch.now(hart), stack);
    }

    @Override
    public List<Heap> heaps() {
        return List.of(heap);
    }

    @Override
    public List<Misuse> misuses() {
        return misuses.all();
    }
}
