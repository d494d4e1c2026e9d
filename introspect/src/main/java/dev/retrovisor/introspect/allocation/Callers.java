package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.elf.CodeAddress;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of places in the kernel's code, each looked up once, and stacks of them. */
final class Callers {
    private static final int MOST_KEPT = 1 << 16;
    private static final int MOST_FRAMES = 64;
    private static final int MOST_ALLOCATOR_FRAMES = 6;
    private static final long LARGEST_STACK = 64 << 10;
    private static final int SP = 2;
    private static final int S0 = 8;

    /** Function that hand requests on to the allocator of pages: who called them is more worth knowing. */
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
    private final Map<List<Long>, CallStack> stacks = new HashMap<>();

    Callers(Watch watch, boolean withStacks) {
        this.watch = watch;
        this.withStacks = withStacks;
    }

    /** Such as {@code load_elf_phdrs+0x42}. */
    String name(long address) {
        String name = names.get(address);
        if (name == null) {
            if (names.size() == MOST_KEPT) {
                names.clear();
            }
            name = watch.kernel().symbols().describe(address);
            names.put(address, name);
        }
        return name;
    }

    /** The frames of the thread that a hart runs, if they were asked for. */
    CallStack stack(int hart) {
        if (!withStacks) {
            return CallStack.NONE;
        }
        List<Long> addresses = callers(hart, MOST_FRAMES);
        CallStack stack = stacks.get(addresses);
        if (stack == null) {
            if (stacks.size() == MOST_KEPT) {
                stacks.clear();
            }
            stack = new CallStack(addresses.stream()
                    .map(address -> CodeAddress.ofKernel(watch.kernel().symbols(), address))
                    .toList());
            stacks.put(addresses, stack);
        }
        return stack;
    }

    /** Who wanted pages: the innermost frame that is not the allocator's own. */
    String pageCaller(int hart) {
        for (long address : callers(hart, MOST_ALLOCATOR_FRAMES)) {
            String name = name(address);
            if (PAGE_ALLOCATORS.stream().noneMatch(name::startsWith)) {
                return name;
            }
        }
        return "";
    }

    /**
     * Return addresses, the innermost first, by the frame pointers that the kernel's code keeps: below where one points lie
     * the return address and the caller's pointer. Ends at what is no frame.
     */
    private List<Long> callers(int hart, int most) {
        AddressSpace space = watch.kernel().space();
        long below = watch.x(hart, SP);
        long end = below + LARGEST_STACK;
        long frame = watch.x(hart, S0);
        var addresses = new ArrayList<Long>();
        while (addresses.size() < most && (frame & 7) == 0 && frame - 16 - below >= 0 && frame - end < 0) {
            long address = space.readLong(frame - 8);
            if (address >= 0) {
                break;
            }
            addresses.add(address);
            below = frame;
            frame = space.readLong(frame - 16);
        }
        return addresses;
    }
}
