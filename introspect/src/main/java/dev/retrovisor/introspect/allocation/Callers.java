package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.heap.KernelCallStacks;
import dev.retrovisor.introspect.linux.KernelCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of places in the kernel's code, each looked up once, and stacks of them. */
final class Callers {
    private static final int MOST_KEPT = 1 << 16;
    private static final int MOST_ALLOCATOR_FRAMES = 6;

    /** Functions that hand requests on to the allocator of pages: who called them is more worth knowing. */
    private static final List<String> PAGE_ALLOCATORS = List.of(
            "__alloc_pages",
            "alloc_pages",
            "__alloc_frozen_pages",
            "alloc_frozen_pages",
            "__folio_alloc",
            "folio_alloc",
            "vma_alloc_folio",
            "___get_free_pages",
            "__get_free_pages",
            "get_free_pages",
            "get_zeroed_page",
            "__vmalloc",
            "vmalloc");

    private final Watch watch;
    private final boolean withStacks;
    private final Map<Long, String> names = new HashMap<>();
    private final KernelCallStacks stacks;

    Callers(Watch watch, boolean withStacks) {
        this.watch = watch;
        this.withStacks = withStacks;
        stacks = new KernelCallStacks(watch);
        // Modules take each other's place.
        watch.onFunction("do_init_module", _ -> names.clear());
    }

    /** Such as {@code load_elf_phdrs+0x42}, or {@code virtnet_probe+0x10 [virtio_net]} in a module. */
    String name(long address) {
        String name = names.get(address);
        if (name == null) {
            if (names.size() == MOST_KEPT) {
                names.clear();
            }
            name = stacks.place(address)
                    .map(KernelCode.Place::toString)
                    .orElseGet(() -> "0x" + Long.toHexString(address));
            names.put(address, name);
        }
        return name;
    }

    /**
     * The frames of the thread that a hart runs, if they were asked for.
     *
     * @param first where the allocator was called from, if that is known; or 0
     */
    CallStack stack(int hart, long first) {
        return withStacks ? stacks.of(hart, first) : CallStack.NONE;
    }

    /** Who wanted pages: the innermost frame that is not the allocator's own. */
    String pageCaller(int hart) {
        for (long address : stacks.callers(hart, MOST_ALLOCATOR_FRAMES)) {
            String name = name(address);
            if (PAGE_ALLOCATORS.stream().noneMatch(name::startsWith)) {
                return name;
            }
        }
        return "";
    }
}
