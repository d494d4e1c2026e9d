package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** What of a file is in the page cache. */
public final class FilePages {
    private static final int POINTER_KINDS = 3;

    private final KernelView kernel;
    private final PageFrames frames;
    private final KernelObject inode;
    private final KernelObject mapping;

    /** @param inode a struct inode */
    public FilePages(KernelView kernel, KernelObject inode) {
        this.kernel = kernel;
        this.inode = inode;
        frames = PageFrames.of(kernel);
        mapping = inode.to("i_mapping");
    }

    /** Length of the file. */
    public long sizeBytes() {
        return inode.get("i_size");
    }

    /** Where the byte at a file offset lies in memory, or {@link AddressSpace#UNMAPPED}. */
    public long physical(long fileOffset) {
        long index = fileOffset >>> 12;
        OptionalLong entry = XArrays.load(kernel, mapping.in("i_pages"), index);
        if (entry.isEmpty() || entry.getAsLong() == 0 || (entry.getAsLong() & POINTER_KINDS) != 0) {
            return AddressSpace.UNMAPPED;
        }
        KernelObject folio = kernel.object("folio", entry.getAsLong());
        long page = frames.physical(folio.address()) + (index - folio.get("index")) * AddressSpace.PAGE_BYTES;
        PhysicalMemory memory = kernel.machine().memory();
        return memory.contains(page, AddressSpace.PAGE_BYTES)
                ? page + (fileOffset & AddressSpace.PAGE_BYTES - 1)
                : AddressSpace.UNMAPPED;
    }

    /**
     * The file as if it were mapped from address 0 on: what is not in the cache is not mapped. Each page is looked up once:
     * for use while the machine stands.
     */
    public AddressSpace asSpace() {
        long size = sizeBytes();
        Map<Long, Long> known = new HashMap<>();
        return new AddressSpace(kernel.machine().memory(), 0, AddressSpace.Flat.NONE).orElse(offset -> {
            if (offset < 0 || offset >= size) {
                return AddressSpace.UNMAPPED;
            }
            long page = known.computeIfAbsent(offset >>> 12, index -> physical(index << 12));
            return page == AddressSpace.UNMAPPED ? page : page + (offset & AddressSpace.PAGE_BYTES - 1);
        });
    }
}
