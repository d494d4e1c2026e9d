package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.CachedFiles;
import dev.retrovisor.introspect.linux.FileDescription;
import dev.retrovisor.introspect.linux.PhysicalPages;
import java.util.stream.Stream;

/** The page cache, by file. */
final class PageCacheList implements Inspection<PageCacheList.Row> {
    /**
     * @param device of the file system: major and minor number
     * @param path empty if the file has no name at hand
     * @param dirty pages that are not yet written
     * @param reclaimed pages that the cache remembers to have had
     */
    record Row(
            long inode,
            String device,
            String type,
            @Column(Column.Style.BYTES) long sizeBytes,
            long pages,
            long dirty,
            long reclaimed,
            String path) {}

    @Override
    public String name() {
        return "pagecache";
    }

    @Override
    public String summary() {
        return "files with pages in memory";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return kernel.tolerate(name(), () -> new PhysicalPages(kernel)).stream()
                .flatMap(pages -> new CachedFiles(pages).all())
                .map(file -> new Row(
                        file.inode(),
                        FileDescription.major(file.device()) + ":" + FileDescription.minor(file.device()),
                        file.fileSystem(),
                        file.sizeBytes(),
                        file.pages(),
                        file.dirtyPages(),
                        file.leftPages(),
                        file.path()));
    }
}
