package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What the kernel has mapped in its own space of virtual areas: vmalloc, stacks, modules, devices. */
public final class VirtualAreas {
    private static final int MOST_AREAS = 1 << 20;
    private static final int MOST_LISTS = 1 << 10;
    private static final int MOST_PAGES = 1 << 20;

    // include/linux/vmalloc.h, "bits in flags of vmalloc's vm_struct": macros, so the kernel's types do not have them.
    private static final String[] KINDS = {"ioremap", "vmalloc", "vmap", "user", "dma-coherent"};

    /**
     * One area.
     *
     * @param end behind its last byte, with the guard page
     * @param kind {@code vmalloc}, {@code ioremap}, {@code vmap}, {@code user}, {@code dma-coherent}, {@code vm_map_ram}, or
     *     {@code reserved}
     * @param pages of memory that lie in it
     * @param physicalAddress of a device; 0 for others
     * @param caller code that asked for it; 0 if nobody did
     * @param object its vm_struct
     */
    public record Area(
            long start,
            long end,
            String kind,
            long pages,
            long physicalAddress,
            long caller,
            Optional<KernelObject> object) {
        public long sizeBytes() {
            return end - start;
        }

        public boolean has(long address) {
            return address - start >= 0 && address - end < 0;
        }
    }

    private final KernelView kernel;

    public VirtualAreas(KernelView kernel) {
        this.kernel = kernel;
    }

    /** All areas by address. */
    public Stream<Area> all() {
        return lists().flatMap(head -> kernel.list(head, "vmap_area", "list", MOST_AREAS))
                .flatMap(area -> kernel.tolerate("vmalloc areas", () -> read(area)).stream())
                .sorted(Comparator.comparing(Area::start, Long::compareUnsigned));
    }

    /** Heads of the lists of areas in use: kernels since 6.9 have several. */
    private Stream<Long> lists() {
        if (kernel.symbols().has("vmap_area_list")) {
            return Stream.of(kernel.symbols().address("vmap_area_list"));
        }
        return kernel
                .tolerate("vmalloc areas", () -> {
                    long nodes = kernel.globalLong("vmap_nodes");
                    int count = kernel.space().readInt(kernel.symbols().address("nr_vmap_nodes"));
                    long size = kernel.types().struct("vmap_node").sizeBytes();
                    var heads = new ArrayList<Long>();
                    for (int i = 0; i < Math.min(count, MOST_LISTS); i++) {
                        heads.add(kernel.object("vmap_node", nodes + i * size).addressOf("busy.head"));
                    }
                    return heads;
                })
                .stream()
                .flatMap(List::stream);
    }

    private static Area read(KernelObject area) {
        long start = area.get("va_start");
        long end = area.get("va_end");
        Optional<KernelObject> object = area.follow("vm");
        if (object.isEmpty()) {
            return new Area(start, end, "vm_map_ram", 0, 0, 0, object);
        }
        KernelObject vm = object.get();
        return new Area(
                start, end, kind(vm.get("flags")), vm.get("nr_pages"), vm.get("phys_addr"), vm.get("caller"), object);
    }

    private static String kind(long flags) {
        int bit = Long.numberOfTrailingZeros(flags);
        return bit < KINDS.length ? KINDS[bit] : "reserved";
    }

    /** Addresses of the {@code struct page}s in an area, in the order of its addresses. */
    public LongStream pages(Area area) {
        long table = area.object().map(vm -> vm.get("pages")).orElse(0L);
        if (table == 0) {
            return LongStream.empty();
        }
        AddressSpace space = kernel.space();
        return IntStream.range(0, Math.clamp(area.pages(), 0, MOST_PAGES))
                .boxed()
                .flatMap(i -> kernel
                        .tolerate(
                                "pages of the area at 0x%x".formatted(area.start()),
                                () -> space.readLong(table + i * (long) Long.BYTES))
                        .stream())
                .mapToLong(Long::longValue);
    }
}
