package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The kernel's book of physical pages, a {@code struct page} each. Pages are named by their frame number, the physical
 * address divided by their size.
 */
public final class PhysicalPages {
    public static final int PAGE_SHIFT = 12;
    public static final long PAGE_BYTES = AddressSpace.PAGE_BYTES;

    private static final int TYPE_SHIFT = 24;
    private static final int UNTYPED = 0xff;

    private final KernelView kernel;
    private final AddressSpace space;
    private final StructLayout layout;
    private final PageFrames book;
    private final long linearOffset;
    private final Map<String, Long> flags;
    private final Map<String, Long> pageTypes;

    /** @throws MemoryFault if the kernel has not made its book yet */
    public PhysicalPages(KernelView kernel) {
        this.kernel = kernel;
        space = kernel.space();
        layout = kernel.types().struct("page");
        book = PageFrames.of(kernel);
        linearOffset = kernel.global("kernel_map", "kernel_mapping").get("va_pa_offset");
        flags = kernel.types().enumeration("pageflags").orElse(Map.of());
        pageTypes = kernel.types().enumeration("pagetype").orElse(Map.of());
    }

    public KernelView kernel() {
        return kernel;
    }

    /** All frames of the machine's memory, in order, also those that the kernel has no page for. */
    public LongStream frames() {
        long first = kernel.machine().memory().base() >>> PAGE_SHIFT;
        return LongStream.range(first, first + (kernel.machine().memory().sizeBytes() >>> PAGE_SHIFT));
    }

    /** The {@code struct page} of a frame. */
    public KernelObject page(long frame) {
        return pageAt(book.structPage(frame << PAGE_SHIFT));
    }

    /** A {@code struct page} by its address. */
    public KernelObject pageAt(long pageAddress) {
        return new KernelObject(space, kernel.types(), layout, pageAddress);
    }

    /** Whether the kernel has a {@code struct page} for a frame. */
    public boolean has(long frame) {
        return space.isMapped(book.structPage(frame << PAGE_SHIFT));
    }

    /** The frame of a {@code struct page}, or of what overlays it: a folio, a slab. */
    public long frame(long pageAddress) {
        return book.physical(pageAddress) >>> PAGE_SHIFT;
    }

    /** Where the kernel has a frame in its map of all memory. */
    public long kernelAddress(long frame) {
        return (frame << PAGE_SHIFT) + linearOffset;
    }

    /** The frame of an address of the kernel, in whichever of its mappings; empty if there is no memory. */
    public Optional<Long> frameOf(long kernelAddress) {
        long physical = space.translate(kernelAddress);
        return physical == AddressSpace.UNMAPPED ? Optional.empty() : Optional.of(physical >>> PAGE_SHIFT);
    }

    /** The first page of the compound page (folio, slab) that a page belongs to; itself for any other. */
    public KernelObject head(KernelObject page) {
        boolean isPointer = page.has("compound_head");
        long head = page.get(isPointer ? "compound_head" : "compound_info");
        if ((head & 1) == 0) {
            return page;
        }
        // Later kernels keep a mask of the tail's own address, which is above all addresses of the book.
        return pageAt(isPointer || space.isMapped(head - 1) ? head - 1 : page.address() & head - 1);
    }

    /** Bytes of a page, as many as lie in it and in memory. */
    public byte[] read(long frame, int offset, int lengthBytes) {
        PhysicalMemory memory = kernel.machine().memory();
        boolean isThere = offset >= 0 && offset < PAGE_BYTES && memory.contains(frame << PAGE_SHIFT, PAGE_BYTES);
        byte[] bytes = new byte[isThere ? Math.clamp(lengthBytes, 0, AddressSpace.PAGE_BYTES - offset) : 0];
        memory.read((frame << PAGE_SHIFT) + offset, bytes, 0, bytes.length);
        return bytes;
    }

    /** Whether a page has a flag, such as {@code PG_reserved}. */
    public boolean hasFlag(KernelObject page, String flag) {
        Long bit = flags.get(flag);
        return bit != null && (page.get("flags") >>> bit & 1) != 0;
    }

    /** Whether a page is of a type, such as {@code PGTY_slab}. */
    public boolean isType(KernelObject page, String type) {
        Long value = pageTypes.get(type);
        return value != null && value == page.get("page_type") >>> TYPE_SHIFT;
    }

    /** Whether a page has a type, in the place in which others count the page tables that map them. */
    public boolean isTyped(KernelObject page) {
        long type = page.get("page_type") >>> TYPE_SHIFT;
        return type != UNTYPED && pageTypes.containsValue(type);
    }

    /** Pages in the compound page whose head this is; 1 for any other. */
    public long pagesIn(KernelObject head) {
        if (!hasFlag(head, "PG_head")) {
            return 1;
        }
        KernelObject folio = head.as("folio");
        // The order is in the low byte of the second page's flags.
        long order = folio.get("_flags_1") & 0xff;
        return order < Long.SIZE - PAGE_SHIFT ? 1L << order : 1;
    }
}
