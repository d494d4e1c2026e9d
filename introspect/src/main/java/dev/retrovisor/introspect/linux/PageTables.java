package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;

/**
 * The page tables of one process, its own half of them: every entry that is not empty. RISC-V Privileged Architecture,
 * "Sv39: Page-Based 39-bit Virtual-Memory System" and those that follow it.
 */
public final class PageTables {
    /** Of all memory, the part that one process's tables can be at most. */
    private static final int MOST_OF_MEMORY = 4;

    private static final int LEAST_TABLES = 1 << 10;
    private static final int ENTRIES = 512;
    private static final int LEAF = 0b1110;
    private static final long NUMBER_BITS = (1L << 44) - 1;

    // arch/riscv/include/asm/pgtable-bits.h and pgtable.h: what Linux makes of the bits that are software's.
    private static final int VALID = 1;
    private static final int GLOBAL = 1 << 5;
    private static final int SPECIAL = 1 << 8;
    private static final int SWAP_TYPE_SHIFT = 7;
    private static final int SWAP_TYPE_BITS = 0x1f;

    private final KernelView kernel;
    private final KernelObject mm;
    private final PhysicalMemory memory;
    private int tables;

    /** @param mm an mm_struct */
    public PageTables(KernelView kernel, KernelObject mm) {
        this.kernel = kernel;
        this.mm = mm;
        memory = kernel.machine().memory();
    }

    /**
     * A leaf entry, or one that says where a page went.
     *
     * @param bits as in memory
     */
    public record Entry(long virtualAddress, long bits, long sizeBytes) {
        /** Whether there is a page; the user may be denied all access to it. */
        public boolean isPresent() {
            return (bits & VALID) != 0 || (bits & GLOBAL) != 0;
        }

        /** Whether it maps what is nobody's: the page of zeros, a device, the kernel's own data. */
        public boolean isSpecial() {
            return (bits & SPECIAL) != 0;
        }

        /** Where the page lies. */
        public long physicalAddress() {
            return (bits >>> 10 & NUMBER_BITS) << 12;
        }

        /** Of a page that is not present, the number of the place that it was swapped to. */
        public int swapArea() {
            return (int) (bits >>> SWAP_TYPE_SHIFT) & SWAP_TYPE_BITS;
        }
    }

    /** Takes entries. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Entry entry);
    }

    /** Shows all entries by address; returns how many tables there are below the root. */
    public int walk(Visitor visitor) {
        tables = 0;
        int levels = kernel.userSpace(mm).levels();
        long root = kernel.space().translate(mm.get("pgd"));
        if (levels > 0 && root != AddressSpace.UNMAPPED) {
            // Tables that lead back to themselves would have no end.
            long most = memory.sizeBytes() / AddressSpace.PAGE_BYTES / MOST_OF_MEMORY;
            var budget = new Budget(kernel, "page tables of the mm at 0x%x".formatted(mm.address()), (int)
                    Math.max(LEAST_TABLES, Math.min(most, Integer.MAX_VALUE)));
            table(budget, root & -AddressSpace.PAGE_BYTES, levels - 1, 0, ENTRIES / 2, visitor);
        }
        return tables;
    }

    private void table(Budget budget, long table, int level, long firstAddress, int count, Visitor visitor) {
        if (!memory.contains(table, AddressSpace.PAGE_BYTES)) {
            budget.broken("a table at 0x%x, where no memory is".formatted(table));
            return;
        }
        long pageBytes = (long) AddressSpace.PAGE_BYTES << 9 * level;
        for (int i = 0; i < count; i++) {
            long bits = memory.readLong(table + 8L * i);
            long address = firstAddress + i * pageBytes;
            if (bits != 0 && (level == 0 || (bits & VALID) == 0 || (bits & LEAF) != 0)) {
                visitor.visit(new Entry(address, bits, pageBytes));
            } else if (bits != 0 && budget.spend()) {
                tables++;
                table(budget, (bits >>> 10 & NUMBER_BITS) << 12, level - 1, address, ENTRIES, visitor);
            }
        }
    }
}
