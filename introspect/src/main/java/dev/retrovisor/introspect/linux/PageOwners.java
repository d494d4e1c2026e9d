package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells of every page of physical memory what it is used for. Reads the allocator's lists once, when made. */
public final class PageOwners {
    private static final String WALK = "page owners";
    private static final int MOST_TYPE_BYTES = 64;

    // include/linux/page-flags.h, FOLIO_MAPPING_FLAGS: what the low bits of page.mapping say of the rest.
    private static final long MAPPING_KIND = 3;
    private static final long MAPPING_FILE = 0;
    private static final long MAPPING_ANONYMOUS = 1;

    private final PhysicalPages pages;
    private final KernelView kernel;
    private final Inodes inodes;
    private final Mappers mappers;
    private final Map<Long, PageOwner> listed = new HashMap<>();
    private final Map<Long, String> paths = new HashMap<>();
    private final long imageStart;
    private final long imageEnd;

    public PageOwners(PhysicalPages pages) {
        this.pages = pages;
        kernel = pages.kernel();
        inodes = new Inodes(kernel);
        mappers = new Mappers(kernel, new Holders(kernel));
        imageStart = kernel.symbols().address("_start") - kernel.facts().imagePhysicalOffset();
        imageEnd = kernel.symbols().address("_end") - kernel.facts().imagePhysicalOffset();
        listFree();
        listAreas();
        new TablePages(kernel).all().forEach(table -> listed.put(table.frame(), new PageOwner.PageTable(table.pid())));
    }

    private void listFree() {
        var buddies = new Buddies(pages);
        buddies.zones().forEach(zone -> {
            for (int order = 0; order < buddies.orders(zone); order++) {
                buddies.blocks(zone, order).forEach(this::listFree);
            }
            buddies.kept(zone).forEach(this::listFree);
        });
    }

    private void listFree(Buddies.Block block) {
        var owner = new PageOwner.Free(block.order(), block.cpu());
        for (long i = 0; i < block.pages(); i++) {
            listed.put(block.frame() + i, owner);
        }
    }

    private void listAreas() {
        Map<Long, Integer> stacks = new HashMap<>();
        new Tasks(kernel)
                .threads()
                .forEach(task ->
                        kernel.tolerate(WALK, () -> stacks.put(task.object().get("stack"), task.pid())));
        var areas = new VirtualAreas(kernel);
        areas.all().forEach(area -> {
            Integer tid = stacks.get(area.start());
            PageOwner owner = tid != null
                    ? new PageOwner.Stack(tid)
                    : new PageOwner.Area(
                            area.kind(), area.start(), kernel.symbols().describe(area.caller()));
            areas.pages(area).forEach(page -> listed.putIfAbsent(pages.frame(page), owner));
        });
    }

    /** What a frame is used for; what is torn is the kernel's. */
    public PageOwner of(long frame) {
        return kernel.tolerate(WALK, () -> find(frame)).orElse(new PageOwner.Kernel(0));
    }

    private PageOwner find(long frame) {
        if (!pages.has(frame)) {
            return new PageOwner.Unknown();
        }
        KernelObject page = pages.page(frame);
        KernelObject head = pages.head(page);
        if (pages.isType(head, "PGTY_slab")) {
            return slab(frame, head);
        }
        PageOwner known = listed.get(frame);
        if (known != null) {
            return known;
        }
        long physical = frame << PhysicalPages.PAGE_SHIFT;
        if (pages.hasFlag(page, "PG_reserved")) {
            boolean inImage = physical >= imageStart && physical < imageEnd;
            long address = physical + kernel.facts().imagePhysicalOffset();
            return inImage ? new PageOwner.KernelImage(kernel.symbols().describe(address)) : new PageOwner.Reserved();
        }
        if (pages.isType(head, "PGTY_table")) {
            return new PageOwner.PageTable(0);
        }
        long mapping = pages.isTyped(head) ? 0 : head.get("mapping");
        if (mapping == 0) {
            return new PageOwner.Kernel(head.get("_refcount"));
        }
        long index = head.get("index") + frame - pages.frame(head.address());
        if ((mapping & MAPPING_KIND) == MAPPING_ANONYMOUS) {
            KernelObject anonymous = kernel.object("anon_vma", mapping - MAPPING_ANONYMOUS);
            return new PageOwner.Anonymous(mapped(mappers.ofAnonymous(anonymous), index, frame));
        }
        return (mapping & MAPPING_KIND) == MAPPING_FILE
                ? file(kernel.object("address_space", mapping), index, frame)
                : new PageOwner.Kernel(head.get("_refcount"));
    }

    private PageOwner slab(long frame, KernelObject head) {
        KernelObject slab = head.as("slab");
        KernelObject cache = slab.to("slab_cache");
        long size = Math.max(1, cache.get("size"));
        long offset = frame - pages.frame(head.address()) << PhysicalPages.PAGE_SHIFT;
        long last = Math.min((offset + PhysicalPages.PAGE_BYTES - 1) / size, slab.get("objects") - 1);
        return new PageOwner.Slab(SlabCaches.name(cache), (int) (offset / size), (int) last);
    }

    private List<PageOwner.Mapped> mapped(Stream<Mappers.Mapping> mappings, long index, long frame) {
        return mappings.flatMap(mapping ->
                        kernel
                                .tolerate(
                                        WALK,
                                        () -> mapped(mapping, index, frame).orElse(null))
                                .stream())
                .toList();
    }

    private Optional<PageOwner.Mapped> mapped(Mappers.Mapping mapping, long index, long frame) {
        long address = mapping.addressOf(index);
        return address != -1 && mappers.isThere(mapping, address, frame)
                ? Optional.of(new PageOwner.Mapped(mapping.pid(), address))
                : Optional.empty();
    }

    private PageOwner file(KernelObject mapping, long index, long frame) {
        KernelObject inode = mapping.to("host");
        String path = paths.computeIfAbsent(inode.address(), _ -> inodes.path(inode));
        return new PageOwner.FilePage(
                inode.to("i_sb").to("s_type").pointedText("name", MOST_TYPE_BYTES),
                inode.get("i_ino"),
                path,
                index,
                mapped(mappers.ofFile(mapping), index, frame));
    }
}
