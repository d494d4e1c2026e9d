package dev.retrovisor.introspect.linux;

import java.util.List;
import java.util.stream.Collectors;

/** What a page of physical memory is used for. */
public sealed interface PageOwner {
    /** What is to be said besides the kind, in a few words; raw guest text may be in it. */
    String text();

    /** A process that has a page mapped, and where. */
    record Mapped(int pid, long address) {
        @Override
        public String toString() {
            return "%d at 0x%x".formatted(pid, address);
        }
    }

    /** The kernel has no {@code struct page} for it: firmware's, or no memory. */
    record Unknown() implements PageOwner {
        @Override
        public String text() {
            return "memory that the kernel does not manage, or none";
        }
    }

    /** @param cpu that keeps it at hand; -1 if the page allocator has it */
    record Free(int order, int cpu) implements PageOwner {
        @Override
        public String text() {
            return "order %d%s".formatted(order, cpu < 0 ? "" : ", kept by CPU " + cpu);
        }
    }

    /**
     * @param firstObject index of the first of the slab's objects that lies in the page
     * @param lastObject of the last one
     */
    record Slab(String cache, int firstObject, int lastObject) implements PageOwner {
        @Override
        public String text() {
            return "%s, objects %d to %d".formatted(cache, firstObject, lastObject);
        }
    }

    /** @param mappings empty while it is made or torn down, and when it is swapped */
    record Anonymous(List<Mapped> mappings) implements PageOwner {
        @Override
        public String text() {
            return "of " + list(mappings);
        }
    }

    /** @param index of the page in the file */
    record FilePage(String fileSystem, long inode, String path, long index, List<Mapped> mappings)
            implements PageOwner {
        @Override
        public String text() {
            String name = path.isEmpty() ? "inode %d of %s".formatted(inode, fileSystem) : path;
            return "page %d of %s%s".formatted(index, name, mappings.isEmpty() ? "" : ", mapped by " + list(mappings));
        }
    }

    /** @param pid whose; 0 if of the kernel or not known */
    record PageTable(int pid) implements PageOwner {
        @Override
        public String text() {
            return pid == 0 ? "" : "of " + pid;
        }
    }

    /** Code and data of the kernel itself. @param symbol first one in it */
    record KernelImage(String symbol) implements PageOwner {
        @Override
        public String text() {
            return symbol;
        }
    }

    /** @param tid the thread */
    record Stack(int tid) implements PageOwner {
        @Override
        public String text() {
            return "of thread " + tid;
        }
    }

    /** @param start of the virtual area that it lies in */
    record Area(String kind, long start, String caller) implements PageOwner {
        @Override
        public String text() {
            return "%s at 0x%x for %s".formatted(kind, start, caller);
        }
    }

    /** Taken at boot, never given to the page allocator. */
    record Reserved() implements PageOwner {
        @Override
        public String text() {
            return "since boot";
        }
    }

    /** In use by something in the kernel that leaves no mark: buffers of drivers, of pipes, of packets. */
    record Kernel(long references) implements PageOwner {
        @Override
        public String text() {
            return "references %d".formatted(references);
        }
    }

    private static String list(List<Mapped> mappings) {
        return mappings.isEmpty()
                ? "nobody at the moment"
                : mappings.stream().map(Mapped::toString).collect(Collectors.joining(", "));
    }
}
