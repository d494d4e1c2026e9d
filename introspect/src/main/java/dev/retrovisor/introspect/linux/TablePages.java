package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Which pages hold page tables, and whose. */
final class TablePages {
    private static final int ENTRIES = 512;
    private static final int LEAF = 0b1110;
    private static final long PPN_BITS = (1L << 44) - 1;
    private static final int MODE_SHIFT = 60;

    /** Upper halves of processes' root tables are the kernel's, shared by all. */
    private static final int FIRST_OF_KERNEL = ENTRIES / 2;

    /** @param pid whose; 0 for the kernel's */
    record Table(long frame, int pid) {}

    private final KernelView kernel;
    private final PhysicalMemory memory;

    TablePages(KernelView kernel) {
        this.kernel = kernel;
        memory = kernel.machine().memory();
    }

    /** All of them, each page once. */
    Stream<Table> all() {
        Set<Long> seen = new HashSet<>();
        Stream<Table> processes = new Tasks(kernel)
                .processes()
                .flatMap(process ->
                        kernel
                                .tolerate(
                                        "page tables",
                                        () -> process.mm()
                                                .map(mm -> mm.get("pgd"))
                                                .orElse(null))
                                .stream()
                                .flatMap(root -> under(root, process.pid(), seen)));
        Stream<Table> own =
                kernel.symbols().find("swapper_pg_dir").stream().boxed().flatMap(root -> under(root, 0, seen));
        return Stream.concat(processes, own);
    }

    private Stream<Table> under(long rootAddress, int pid, Set<Long> seen) {
        long physical = kernel.space().translate(rootAddress);
        return physical == AddressSpace.UNMAPPED
                ? Stream.empty()
                : table(
                        physical >>> PhysicalPages.PAGE_SHIFT,
                        levels() - 1,
                        0,
                        pid == 0 ? ENTRIES : FIRST_OF_KERNEL,
                        pid,
                        seen);
    }

    private int levels() {
        int mode = (int) kernel.tolerate("page tables", () -> kernel.globalLong("satp_mode") >>> MODE_SHIFT)
                .orElse(0L)
                .longValue();
        return mode >= 8 && mode <= 10 ? mode - 5 : 0;
    }

    private Stream<Table> table(long frame, int level, int firstEntry, int endEntry, int pid, Set<Long> seen) {
        if (level < 0
                || !memory.contains(frame << PhysicalPages.PAGE_SHIFT, PhysicalPages.PAGE_BYTES)
                || !seen.add(frame)) {
            return Stream.empty();
        }
        long address = frame << PhysicalPages.PAGE_SHIFT;
        Stream<Table> inner = LongStream.range(firstEntry, level == 0 ? firstEntry : endEntry)
                .map(i -> memory.readLong(address + i * Long.BYTES))
                .filter(entry -> (entry & 1) != 0 && (entry & LEAF) == 0)
                .boxed()
                .flatMap(entry -> table(entry >>> 10 & PPN_BITS, level - 1, 0, ENTRIES, pid, seen));
        return Stream.concat(Stream.of(new Table(frame, pid)), inner);
    }
}
