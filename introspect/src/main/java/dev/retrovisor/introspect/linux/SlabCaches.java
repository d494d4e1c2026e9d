package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The kernel's allocator of objects (SLUB). A cache has slabs, pages cut into objects of one size; those that are free are
 * chained, through themselves, in lists of the slab and of the CPU that allocates from it.
 */
public final class SlabCaches {
    private static final int MOST_CACHES = 1 << 16;
    private static final int MOST_SLABS = 1 << 22;
    private static final int MOST_NAME_BYTES = 128;
    private static final int ORDER_SHIFT = 16;
    private static final int MOST_ORDER = 10;

    /**
     * What a cache holds.
     *
     * @param objectBytes what users asked for
     * @param slotBytes what an object takes
     * @param slabOrder a slab has {@code 1 << slabOrder} pages, where memory was not too short for that
     * @param objects free ones too
     * @param cpuFree free objects that a CPU keeps at hand: slabinfo counts them as active
     * @param object its kmem_cache
     */
    public record Cache(
            String name,
            long objectBytes,
            long slotBytes,
            int slabOrder,
            int objectsPerSlab,
            long slabs,
            long objects,
            long nodeFree,
            long cpuFree,
            KernelObject object) {
        /** Objects that somebody has. */
        public long live() {
            return objects - nodeFree - cpuFree;
        }

        public long pages() {
            return slabs << slabOrder;
        }
    }

    /** A place for an object, and whether somebody has it. */
    public record Slot(String cache, long address, int index, boolean live) {}

    private final PhysicalPages pages;
    private final KernelView kernel;

    public SlabCaches(PhysicalPages pages) {
        this.pages = pages;
        kernel = pages.kernel();
    }

    /** All caches, in the kernel's order: the youngest first. */
    public Stream<Cache> all() {
        return objects().flatMap(cache -> kernel.tolerate("slab caches", () -> read(cache)).stream());
    }

    private Stream<KernelObject> objects() {
        return kernel.list(kernel.symbols().address("slab_caches"), "kmem_cache", "list", MOST_CACHES);
    }

    public static String name(KernelObject cache) {
        return cache.pointedText("name", MOST_NAME_BYTES);
    }

    private Cache read(KernelObject cache) {
        long slabs = 0;
        long objects = 0;
        for (KernelObject node : nodes(cache)) {
            slabs += node.get("nr_slabs");
            objects += node.get("total_objects");
        }
        int geometry = cache.getInt("oo.x");
        return new Cache(
                name(cache),
                cache.get("object_size"),
                cache.get("size"),
                Math.min(geometry >>> ORDER_SHIFT, MOST_ORDER),
                geometry & (1 << ORDER_SHIFT) - 1,
                slabs,
                objects,
                nodeFree(cache).count(),
                cpuFree(cache).count(),
                cache);
    }

    private List<KernelObject> nodes(KernelObject cache) {
        // Since 7.0 what is kept for a node is one of two pointers.
        boolean isPlain = cache.has("node");
        return IntStream.range(0, nodeCount(kernel, cache, isPlain ? "node" : "per_node"))
                .mapToLong(i -> isPlain
                        ? cache.element("node", i)
                        : cache.at("per_node", i).get("node"))
                .filter(node -> node != 0 && cache.space().isMapped(node))
                .mapToObj(node -> kernel.object("kmem_cache_node", node))
                .toList();
    }

    /** A cache is made with room for the nodes that there are: behind that the array is somebody else's memory. */
    static int nodeCount(KernelView kernel, KernelObject cache, String array) {
        int declared = cache.count(array);
        OptionalLong possible = kernel.symbols().find("nr_node_ids");
        return possible.isPresent() ? Math.clamp(kernel.space().readInt(possible.getAsLong()), 1, declared) : declared;
    }

    /** Addresses of the free objects of a cache's slabs that no CPU allocates from. */
    private LongStream nodeFree(KernelObject cache) {
        return nodes(cache).stream()
                .flatMap(node -> kernel.list(node.addressOf("partial"), "slab", "slab_list", MOST_SLABS))
                .flatMapToLong(slab -> chain(cache, slab, slab.get("freelist")));
    }

    /** Addresses of the free objects that CPUs keep at hand. */
    private LongStream cpuFree(KernelObject cache) {
        if (cache.has("cpu_sheaves")) {
            return new SlabSheaves(kernel, cache).objects();
        }
        if (!cache.has("cpu_slab")) {
            return LongStream.empty();
        }
        return IntStream.range(0, kernel.cpus())
                .boxed()
                .flatMapToLong(cpu -> kernel
                        .tolerate(
                                "slabs of CPU " + cpu,
                                () -> kernel.object("kmem_cache_cpu", kernel.perCpu(cpu, cache.get("cpu_slab"))))
                        .stream()
                        .flatMapToLong(mine -> LongStream.concat(active(cache, mine), partial(cache, mine))));
    }

    private LongStream active(KernelObject cache, KernelObject mine) {
        return mine.follow("slab").stream()
                .flatMapToLong(slab -> LongStream.concat(
                        chain(cache, slab, mine.get("freelist")),
                        // What other CPUs have freed since.
                        chain(cache, slab, slab.get("freelist"))));
    }

    private LongStream partial(KernelObject cache, KernelObject mine) {
        if (!mine.has("partial")) {
            return LongStream.empty();
        }
        return kernel.walk(
                        "partial slabs of a CPU, cache " + name(cache),
                        MOST_SLABS,
                        () -> mine.get("partial"),
                        slab -> kernel.object("slab", slab).get("next"),
                        slab -> slab == 0)
                .map(slab -> kernel.object("slab", slab))
                .flatMapToLong(slab -> chain(cache, slab, slab.get("freelist")));
    }

    /** Addresses of the objects on one list. Whatever is no object of the slab ends it. */
    private LongStream chain(KernelObject cache, KernelObject slab, long first) {
        long base = pages.kernelAddress(pages.frame(slab.address())) + cache.get("red_left_pad", 0);
        long slotBytes = cache.get("size");
        long count = slab.get("objects");
        long linkOffset = cache.get("offset");
        boolean isScrambled = cache.has("random");
        long key = isScrambled ? cache.get("random") : 0;
        return kernel.walk(
                        "free list of a slab, cache " + name(cache),
                        (int) count,
                        () -> requireObject(first, base, slotBytes, count),
                        object -> {
                            long link = object + linkOffset;
                            long next = cache.space().readLong(link);
                            return requireObject(
                                    isScrambled ? next ^ key ^ Long.reverseBytes(link) : next, base, slotBytes, count);
                        },
                        object -> object == 0)
                .mapToLong(Long::longValue);
    }

    private static long requireObject(long object, long base, long slotBytes, long count) {
        long offset = object - base;
        boolean isOne = offset >= 0 && offset < count * slotBytes && offset % slotBytes == 0;
        if (object != 0 && !isOne) {
            throw new MemoryFault(object, "no object of the slab at 0x%x".formatted(base));
        }
        return object;
    }

    /** Whose object an address of the kernel lies in; empty if it is in no slab, or in a slab's remainder. */
    public Optional<Slot> at(long address) {
        return kernel.tolerate("slabs", () -> find(address).orElse(null));
    }

    private Optional<Slot> find(long address) {
        Optional<Long> frame = pages.frameOf(address);
        if (frame.isEmpty() || !pages.has(frame.get())) {
            return Optional.empty();
        }
        KernelObject head = pages.head(pages.page(frame.get()));
        if (!pages.isType(head, "PGTY_slab")) {
            return Optional.empty();
        }
        KernelObject slab = head.as("slab");
        KernelObject cache = slab.to("slab_cache");
        long headFrame = pages.frame(head.address());
        long base = pages.kernelAddress(headFrame);
        long inSlab = (frame.get() - headFrame << PhysicalPages.PAGE_SHIFT) + (address & PhysicalPages.PAGE_BYTES - 1);
        long index = inSlab / Math.max(1, cache.get("size"));
        if (index >= slab.get("objects")) {
            return Optional.empty();
        }
        long start = base + index * cache.get("size") + cache.get("red_left_pad", 0);
        return Optional.of(
                new Slot(name(cache), start, (int) index, !free(cache, slab).contains(start)));
    }

    /** The free objects of one slab. */
    private Set<Long> free(KernelObject cache, KernelObject slab) {
        var free = new HashSet<Long>();
        chain(cache, slab, slab.get("freelist")).forEach(free::add);
        if (cache.has("cpu_slab")) {
            for (int cpu = 0; cpu < kernel.cpus(); cpu++) {
                KernelObject mine = kernel.object("kmem_cache_cpu", kernel.perCpu(cpu, cache.get("cpu_slab")));
                if (mine.get("slab") == slab.address()) {
                    chain(cache, slab, mine.get("freelist")).forEach(free::add);
                }
            }
        }
        if (cache.has("cpu_sheaves")) {
            new SlabSheaves(kernel, cache).objects().forEach(free::add);
        }
        return free;
    }

    /** Every slab's places, by address: live objects and free ones. For those who want to know what is in a cache. */
    public Stream<Slot> slots(Cache cache) {
        return pages.frames()
                .boxed()
                .filter(pages::has)
                .map(pages::page)
                .filter(page -> pages.isType(page, "PGTY_slab"))
                .map(page -> page.as("slab"))
                .filter(slab -> slab.get("slab_cache") == cache.object().address())
                .flatMap(slab -> kernel.tolerate("slabs", () -> slots(cache, slab)).stream())
                .flatMap(List::stream);
    }

    private List<Slot> slots(Cache cache, KernelObject slab) {
        long base = pages.kernelAddress(pages.frame(slab.address()))
                + cache.object().get("red_left_pad", 0);
        Set<Long> free = free(cache.object(), slab);
        return IntStream.range(0, slab.getInt("objects"))
                .mapToObj(i -> new Slot(
                        cache.name(), base + i * cache.slotBytes(), i, !free.contains(base + i * cache.slotBytes())))
                .toList();
    }
}
