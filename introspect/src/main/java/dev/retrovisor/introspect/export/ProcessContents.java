package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.FilePages;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory of a process as it goes into a core file. A page is taken from where the page tables have it, else from the page
 * cache. What is in neither is zeros where the process has not touched anonymous memory, and absent from the file, for
 * debuggers to look up in the mapped file, where it is of a file.
 */
final class ProcessContents {
    private static final int PAGE_BYTES = AddressSpace.PAGE_BYTES;

    /** Untouched anonymous memory from this length on is absent too: programs reserve terabytes. */
    private static final long LONG_GAP_BYTES = 64 << 20;

    private final KernelView kernel;
    private final AddressSpace space;
    private final List<Run> runs = new ArrayList<>();

    /** Pages that may yet be looked at: page tables that contain themselves map all there is. */
    private long pagesLeft;

    /** Neighbouring pages of one mapping; all in the file, or none. */
    private record Run(Vma vma, AddressSpace space, long start, long end, boolean isInFile) {}

    ProcessContents(KernelView kernel, AddressSpace space) {
        this.kernel = kernel;
        this.space = space;
        pagesLeft = 8 * (kernel.machine().memory().sizeBytes() / PAGE_BYTES);
    }

    /** Adds a mapping, behind those before it. */
    void add(Vma vma) {
        switch (vma.kind()) {
            case FILE -> addBacked(vma, withCache(vma));
            case VDSO -> addBacked(vma, space);
            case HEAP, STACK, ANONYMOUS -> addAnonymous(vma);
        }
    }

    /** The process's memory, and behind it what the page cache has of the file. */
    private AddressSpace withCache(Vma vma) {
        Optional<AddressSpace> cached = kernel.tolerate(
                        "page cache of a mapping",
                        () -> vma.file().map(file -> new FilePages(kernel, file.to("f_inode")).asSpace()))
                .flatMap(found -> found);
        return cached.isEmpty()
                ? space
                : space.orElse(address -> vma.has(address)
                        ? cached.get().translate(address - vma.start() + vma.offset())
                        : AddressSpace.UNMAPPED);
    }

    private void addAnonymous(Vma vma) {
        long start = vma.start();
        long at = start;
        while (at < vma.end()) {
            long mapped = space.nextMapped(at, vma.end());
            if (mapped - at >= LONG_GAP_BYTES) {
                run(vma, space, start, at, true);
                run(vma, space, at, mapped, false);
                start = mapped;
            }
            at = mapped == vma.end() || isExhausted(vma) ? vma.end() : mapped + PAGE_BYTES;
        }
        run(vma, space, start, vma.end(), true);
    }

    private void addBacked(Vma vma, AddressSpace from) {
        long start = vma.start();
        boolean isInFile = false;
        for (long at = start; at < vma.end(); at += PAGE_BYTES) {
            if (isExhausted(vma)) {
                run(vma, from, start, at, isInFile);
                run(vma, from, at, vma.end(), false);
                return;
            }
            boolean isThere = from.isMapped(at);
            if (isThere != isInFile) {
                run(vma, from, start, at, isInFile);
                start = at;
                isInFile = isThere;
            }
        }
        run(vma, from, start, vma.end(), isInFile);
    }

    private boolean isExhausted(Vma vma) {
        if (pagesLeft == 0) {
            kernel.damage().note("core", "%s maps more pages than the machine could have".formatted(vma.name()));
            return true;
        }
        pagesLeft--;
        return false;
    }

    private void run(Vma vma, AddressSpace from, long start, long end, boolean isInFile) {
        if (start == end) {
            return;
        }
        if (runs.size() == ElfCore.MOST_SEGMENTS) {
            kernel.damage().note("core", "0x%x and behind it: too many pieces for a core file".formatted(start));
            return;
        }
        runs.add(new Run(vma, from, start, end, isInFile));
    }

    /** Adds the segments to a core file. */
    void describe(ElfCore core) {
        long content = 0;
        for (Run run : runs) {
            long length = run.end() - run.start();
            int access = (run.vma().isReadable() ? ElfCore.READ : 0)
                    | (run.vma().isWritable() ? ElfCore.WRITE : 0)
                    | (run.vma().isExecutable() ? ElfCore.EXECUTE : 0);
            core.segment(run.start(), 0, length, run.isInFile() ? length : 0, content, access);
            content += run.isInFile() ? length : 0;
        }
    }

    /** Writes the segments' bytes one behind the other. */
    void write(SparseFile out) throws IOException {
        byte[] page = new byte[PAGE_BYTES];
        for (Run run : runs) {
            for (long at = run.start(); run.isInFile() && at < run.end(); ) {
                long physical = run.space().translate(at);
                if (physical == AddressSpace.UNMAPPED) {
                    long next = run.space().nextMapped(at, run.end());
                    out.skip(next - at);
                    at = next;
                } else {
                    space.memory().read(physical & -PAGE_BYTES, page, 0, PAGE_BYTES);
                    out.write(page);
                    at += PAGE_BYTES;
                }
            }
        }
    }

    /** The page at an address; zeros if it is not there. */
    byte[] page(long address) {
        byte[] page = new byte[PAGE_BYTES];
        for (Run run : runs) {
            if (address >= run.start() && address < run.end()) {
                run.space().readAvailable(address, page, PAGE_BYTES);
            }
        }
        return page;
    }
}
