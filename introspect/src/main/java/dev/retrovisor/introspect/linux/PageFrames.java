package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.StructLayout;

/** From a {@code struct page} to the page's physical address and back (SPARSEMEM_VMEMMAP: all of them are one array). */
public final class PageFrames {
    /** include/linux/mmzone.h: the low bits of section_mem_map are flags, this one says that there is memory. */
    private static final long FLAGS = 0x3f;

    private static final long PRESENT = 1;
    private static final int MOST_ROOTS = 1 << 16;

    private final long firstPage;
    private final long pageStructBytes;

    private PageFrames(long firstPage, long pageStructBytes) {
        this.firstPage = firstPage;
        this.pageStructBytes = pageStructBytes;
    }

    /** @throws MemoryFault if the kernel has not set up its memory map yet */
    public static PageFrames of(KernelView kernel) {
        AddressSpace space = kernel.space();
        StructLayout section = kernel.types().struct("mem_section");
        long symbol = kernel.symbols().address("mem_section");
        long offset = section.field("section_mem_map").offsetBytes();
        int inRoot = (int) (AddressSpace.PAGE_BYTES / section.sizeBytes());
        long roots = space.readLong(symbol);
        for (int i = 0; i < MOST_ROOTS && space.isMapped(roots + 8L * i); i++) {
            long root = space.readLong(roots + 8L * i);
            for (int k = 0; root != 0 && k < inRoot; k++) {
                long map = space.readLong(root + k * section.sizeBytes() + offset);
                if ((map & PRESENT) != 0) {
                    return new PageFrames(
                            map & ~FLAGS, kernel.types().struct("page").sizeBytes());
                }
            }
        }
        throw new MemoryFault(symbol, "mem_section has no memory");
    }

    /** The physical address of a page by the address of its struct page. */
    public long physical(long structPage) {
        return (structPage - firstPage) / pageStructBytes * AddressSpace.PAGE_BYTES;
    }

    /** The address of the struct page of a physical address. */
    public long structPage(long physicalAddress) {
        return firstPage + (physicalAddress >>> 12) * pageStructBytes;
    }
}
