package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.Optional;
import java.util.stream.Stream;

/** The page cache: which files have pages in memory. */
public final class CachedFiles {
    private static final int MOST_FOLIOS = 1 << 24;
    private static final int MOST_TYPE_BYTES = 64;

    /**
     * One file.
     *
     * @param path from the root of all mounts, or from its file system's if that is not mounted; empty if it has no name
     * @param device of its file system
     * @param pages in the cache; those of file systems in memory are all there are
     * @param dirtyPages that are not yet written
     * @param leftPages that were reclaimed lately, of which the cache keeps a shadow
     * @param counted the pages that the file says it has: differs in the middle of a change
     */
    public record CachedFile(
            long inode,
            long device,
            String fileSystem,
            String path,
            long sizeBytes,
            long pages,
            long dirtyPages,
            long leftPages,
            long counted) {}

    private final PhysicalPages pages;
    private final KernelView kernel;
    private final Inodes inodes;

    public CachedFiles(PhysicalPages pages) {
        this.pages = pages;
        kernel = pages.kernel();
        inodes = new Inodes(kernel);
    }

    public Stream<CachedFile> all() {
        return inodes.fileSystems()
                .flatMap(inodes::of)
                .flatMap(
                        inode -> kernel.tolerate("page cache", () -> read(inode).orElse(null)).stream());
    }

    private Optional<CachedFile> read(KernelObject inode) {
        KernelObject mapping = inode.in("i_data");
        long counted = mapping.get("nrpages");
        if (counted == 0 && mapping.get("i_pages.xa_head") == 0) {
            return Optional.empty();
        }
        var tally = new Tally();
        XArrays.entries(kernel, mapping.in("i_pages"), MOST_FOLIOS)
                .forEach(entry -> kernel.tolerate("page cache", () -> tally.add(entry)));
        KernelObject fileSystem = inode.to("i_sb");
        return Optional.of(new CachedFile(
                inode.get("i_ino"),
                fileSystem.get("s_dev"),
                fileSystem.to("s_type").pointedText("name", MOST_TYPE_BYTES),
                inodes.path(inode),
                inode.get("i_size"),
                tally.cached,
                tally.dirty,
                tally.left,
                counted));
    }

    /** Counts the entries of one file. */
    private final class Tally {
        private long cached;
        private long dirty;
        private long left;

        Tally add(XArrays.Entry entry) {
            long span = entry.lastIndex() - entry.index() + 1;
            if (entry.isValue()) {
                left += span;
            } else {
                cached += span;
                if (pages.hasFlag(pages.pageAt(entry.value()), "PG_dirty")) {
                    dirty += span;
                }
            }
            return this;
        }
    }
}
