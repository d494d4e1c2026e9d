package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory of a process by its page tables and the kernel's book of pages, in bytes: what {@code /proc/PID/smaps_rollup}
 * adds up.
 *
 * @param resident pages that it has mapped
 * @param proportional the same, each divided by how often it is mapped
 * @param anonymous resident pages that belong to no file
 * @param file resident pages of files on a file system
 * @param shmem resident pages of shared memory and tmpfs
 * @param shared resident pages that are mapped more than once
 * @param swapped pages that were swapped out
 * @param tables page tables below the root
 */
public record MemoryUse(
        long resident,
        long proportional,
        long anonymous,
        long file,
        long shmem,
        long shared,
        long swapped,
        long tables) {
    /** include/linux/page-flags.h: set in a page's mapping if that is anonymous. */
    private static final long MAPPING_ANONYMOUS = 1;

    /** Adds up for any number of processes of one stopped machine; pages are looked up once. */
    public static final class Counter {
        private final KernelView kernel;
        private final PhysicalPages pages;
        private final int swapAreas;
        private final Map<Long, Page> known = new HashMap<>();

        private enum Kind {
            ANONYMOUS,
            FILE,
            SHMEM
        }

        /** What counts of one physical page. */
        private record Page(Kind kind, int timesMapped) {}

        /** What the book does not have: devices. */
        private static final Page UNKNOWN = new Page(Kind.FILE, 1);

        /** @throws MemoryFault if the kernel has no book of its pages yet */
        public Counter(KernelView kernel) {
            this.kernel = kernel;
            pages = new PhysicalPages(kernel);
            swapAreas = kernel.symbols().has("nr_swapfiles")
                    ? kernel.space().readInt(kernel.symbols().address("nr_swapfiles"))
                    : 0;
        }

        /** The use of an mm_struct. */
        public MemoryUse of(KernelObject mm) {
            var sums = new Sums();
            int tables = new PageTables(kernel, mm).walk(entry -> add(sums, entry));
            return new MemoryUse(
                    sums.resident * AddressSpace.PAGE_BYTES,
                    sums.proportional >>> Sums.FRACTION_BITS,
                    sums.byKind[Kind.ANONYMOUS.ordinal()] * AddressSpace.PAGE_BYTES,
                    sums.byKind[Kind.FILE.ordinal()] * AddressSpace.PAGE_BYTES,
                    sums.byKind[Kind.SHMEM.ordinal()] * AddressSpace.PAGE_BYTES,
                    sums.shared * AddressSpace.PAGE_BYTES,
                    sums.swapped * AddressSpace.PAGE_BYTES,
                    (long) tables * AddressSpace.PAGE_BYTES);
        }

        private void add(Sums sums, PageTables.Entry entry) {
            long count = entry.sizeBytes() / AddressSpace.PAGE_BYTES;
            if (!entry.isPresent()) {
                sums.swapped += entry.swapArea() < swapAreas ? count : 0;
            } else if (!entry.isSpecial()) {
                long first = entry.physicalAddress() >>> PhysicalPages.PAGE_SHIFT;
                for (long i = 0; i < count; i++) {
                    if (!pages.has(first + i)) {
                        // Not in memory, and so is what follows: a forged entry may be of terabytes.
                        sums.add(UNKNOWN, count - i);
                        break;
                    }
                    sums.add(known.computeIfAbsent(first + i, this::page), 1);
                }
            }
        }

        private Page page(long frame) {
            KernelObject page = pages.page(frame);
            KernelObject head = pages.head(page);
            Kind kind = (head.get("mapping") & MAPPING_ANONYMOUS) != 0
                    ? Kind.ANONYMOUS
                    : pages.hasFlag(head, "PG_swapbacked") ? Kind.SHMEM : Kind.FILE;
            int times = pages.isTyped(page) ? 0 : page.getInt("_mapcount") + 1;
            if (pages.hasFlag(head, "PG_head")) {
                // Once for each table that maps the whole of it by one entry.
                times += head.as("folio").getInt("_entire_mapcount") + 1;
            }
            return new Page(kind, times);
        }
    }

    /** Sums in pages. */
    private static final class Sums {
        /** The kernel's own, so that its roundings are ours. */
        static final int FRACTION_BITS = 12;

        long resident;
        long proportional;
        long shared;
        long swapped;
        final long[] byKind = new long[Counter.Kind.values().length];

        void add(Counter.Page page, long count) {
            resident += count;
            byKind[page.kind.ordinal()] += count;
            shared += page.timesMapped > 1 ? count : 0;
            proportional += count * (((long) AddressSpace.PAGE_BYTES << FRACTION_BITS) / Math.max(1, page.timesMapped));
        }
    }
}
