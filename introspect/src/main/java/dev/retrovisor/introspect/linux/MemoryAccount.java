package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** The kernel's own account of the machine's memory, as {@code /proc/meminfo} has it. */
public final class MemoryAccount {
    private static final int WMARK_LOW = 1;
    private static final int KIB = 1024;

    /** One line. */
    public record Line(String name, long bytes) {}

    /** How a line is found out. */
    private record Rule(String name, long unitBytes, LongSupplier amount) {}

    private final KernelView kernel;
    private final List<Rule> rules;

    public MemoryAccount(KernelView kernel) {
        this.kernel = kernel;
        rules = List.of(
                pages("MemTotal", () -> word("_totalram_pages")),
                pages("MemFree", () -> zone("NR_FREE_PAGES")),
                pages("MemAvailable", this::available),
                pages("Buffers", this::buffers),
                pages("Cached", () -> node("NR_FILE_PAGES") - node("NR_SWAPCACHE") - buffers()),
                pages("SwapCached", () -> node("NR_SWAPCACHE")),
                pages("Active", () -> node("NR_ACTIVE_ANON") + node("NR_ACTIVE_FILE")),
                pages("Inactive", () -> node("NR_INACTIVE_ANON") + node("NR_INACTIVE_FILE")),
                pages("Active(anon)", () -> node("NR_ACTIVE_ANON")),
                pages("Inactive(anon)", () -> node("NR_INACTIVE_ANON")),
                pages("Active(file)", () -> node("NR_ACTIVE_FILE")),
                pages("Inactive(file)", () -> node("NR_INACTIVE_FILE")),
                pages("Unevictable", () -> node("NR_UNEVICTABLE")),
                pages("Mlocked", () -> zone("NR_MLOCK")),
                pages("SwapTotal", () -> word("total_swap_pages")),
                pages("SwapFree", () -> word("nr_swap_pages")),
                pages("Dirty", () -> node("NR_FILE_DIRTY")),
                pages("Writeback", () -> node("NR_WRITEBACK")),
                pages("AnonPages", () -> node("NR_ANON_MAPPED")),
                pages("Mapped", () -> node("NR_FILE_MAPPED")),
                pages("Shmem", () -> node("NR_SHMEM")),
                pages("KReclaimable", this::reclaimable),
                pages("Slab", () -> node("NR_SLAB_RECLAIMABLE_B") + node("NR_SLAB_UNRECLAIMABLE_B")),
                pages("SReclaimable", () -> node("NR_SLAB_RECLAIMABLE_B")),
                pages("SUnreclaim", () -> node("NR_SLAB_UNRECLAIMABLE_B")),
                new Rule("KernelStack", KIB, () -> node("NR_KERNEL_STACK_KB")),
                pages("PageTables", () -> node("NR_PAGETABLE")),
                pages("SecPageTables", () -> node("NR_SECONDARY_PAGETABLE")),
                pages("Committed_AS", this::committed),
                pages("VmallocUsed", () -> word("nr_vmalloc_pages")),
                pages(
                        "Percpu",
                        () -> word("pcpu_nr_populated")
                                * kernel.space().readInt(kernel.symbols().address("pcpu_nr_units"))),
                pages("AnonHugePages", () -> node("NR_ANON_THPS")),
                pages("ShmemHugePages", () -> node("NR_SHMEM_THPS")),
                pages("FileHugePages", () -> node("NR_FILE_THPS")));
    }

    private static Rule pages(String name, LongSupplier amount) {
        return new Rule(name, PhysicalPages.PAGE_BYTES, amount);
    }

    /** The lines in the file's order. */
    public Stream<Line> lines() {
        return rules.stream()
                .flatMap(rule -> kernel
                        .tolerate(
                                "memory account",
                                () -> new Line(
                                        rule.name(), Math.max(0, rule.amount().getAsLong()) * rule.unitBytes()))
                        .stream());
    }

    private long word(String symbol) {
        return kernel.symbols().has(symbol) ? kernel.globalLong(symbol) : 0;
    }

    private long zone(String counter) {
        return counter("vm_zone_stat", counter);
    }

    private long node(String counter) {
        return counter("vm_node_stat", counter);
    }

    /** CPUs keep small differences for themselves; the kernel does not add them here either. */
    private long counter(String array, String counter) {
        long index = kernel.types().findConstant(counter).orElse(-1L);
        return index < 0
                ? 0
                : Math.max(0, kernel.space().readLong(kernel.symbols().address(array) + index * Long.BYTES));
    }

    private long reclaimable() {
        return node("NR_SLAB_RECLAIMABLE_B") + node("NR_KERNEL_MISC_RECLAIMABLE");
    }

    /** Pages of the cache that are block devices' own. */
    private long buffers() {
        long devices = word("blockdev_superblock");
        return devices == 0
                ? 0
                : new Inodes(kernel)
                        .of(kernel.object("super_block", devices))
                        .mapToLong(inode -> inode.get("i_data.nrpages"))
                        .sum();
    }

    /** What could be had without swapping, as the kernel estimates it. */
    private long available() {
        long low = new Buddies(new PhysicalPages(kernel))
                .zones()
                .map(Buddies.Zone::object)
                .mapToLong(zone -> zone.element("_watermark", WMARK_LOW) + zone.get("watermark_boost", 0))
                .sum();
        long files = node("NR_ACTIVE_FILE") + node("NR_INACTIVE_FILE");
        long slabs = reclaimable();
        return zone("NR_FREE_PAGES")
                - word("totalreserve_pages")
                + files
                - Math.min(files / 2, low)
                + slabs
                - Math.min(slabs / 2, low);
    }

    private long committed() {
        KernelObject counter = kernel.global("vm_committed_as", "percpu_counter");
        long sum = counter.get("count");
        for (int cpu = 0; cpu < kernel.cpus(); cpu++) {
            sum += kernel.space().readInt(kernel.perCpu(cpu, counter.get("counters")));
        }
        return sum;
    }
}
