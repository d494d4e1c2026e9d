package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** From a page back to the processes that have it mapped: the kernel's reverse maps. */
public final class Mappers {
    private static final int MOST_MAPPINGS = 1 << 20;

    private final KernelView kernel;
    private final Holders holders;
    private final Map<Long, AddressSpace> spaces = new HashMap<>();

    /**
     * A mapping of a process.
     *
     * @param object its vm_area_struct
     */
    public record Mapping(int pid, long start, long end, KernelObject object) {
        /** Where page {@code index} of what is mapped lies, or -1 outside of the mapping. */
        public long addressOf(long index) {
            long offset = index - object.get("vm_pgoff");
            return offset >= 0 && offset < end - start >>> PhysicalPages.PAGE_SHIFT
                    ? start + (offset << PhysicalPages.PAGE_SHIFT)
                    : -1;
        }
    }

    /** @param holders tells which process uses what memory */
    public Mappers(KernelView kernel, Holders holders) {
        this.kernel = kernel;
        this.holders = holders;
    }

    /** All mappings of a file, by its {@code address_space}. */
    public Stream<Mapping> ofFile(KernelObject mapping) {
        return mappings(RedBlackTrees.inOrder(
                kernel, mapping.addressOf("i_mmap"), "vm_area_struct", "shared.rb", MOST_MAPPINGS));
    }

    /** All mappings that may have pages of an {@code anon_vma}. */
    public Stream<Mapping> ofAnonymous(KernelObject anonymous) {
        return mappings(RedBlackTrees.inOrder(
                        kernel, anonymous.addressOf("rb_root"), "anon_vma_chain", "rb", MOST_MAPPINGS)
                .flatMap(chain -> kernel.tolerate("reverse maps", () -> chain.to("vma")).stream()));
    }

    private Stream<Mapping> mappings(Stream<KernelObject> areas) {
        return areas.flatMap(area -> kernel.tolerate("reverse maps", () -> area.get("vm_mm")).stream()
                .flatMap(mm -> holders.processes(mm).stream())
                .flatMap(pid -> kernel
                        .tolerate(
                                "reverse maps", () -> new Mapping(pid, area.get("vm_start"), area.get("vm_end"), area))
                        .stream()));
    }

    /** Whether a process's page tables have a frame at an address. */
    public boolean isThere(Mapping mapping, long address, long frame) {
        KernelObject mm = mapping.object().to("vm_mm");
        AddressSpace space = spaces.computeIfAbsent(mm.address(), _ -> kernel.userSpace(mm));
        return space.translate(address) >>> PhysicalPages.PAGE_SHIFT == frame;
    }
}
