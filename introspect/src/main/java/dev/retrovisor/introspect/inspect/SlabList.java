package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.PhysicalPages;
import dev.retrovisor.introspect.linux.SlabCaches;
import java.util.stream.Stream;

/** The kernel's caches of objects. */
final class SlabList implements Inspection<SlabList.Row> {
    /**
     * @param objectBytes what users of the cache asked for
     * @param slotBytes what an object takes
     * @param live objects that somebody has
     * @param free objects that nobody has; {@code cpuFree} of them are kept at hand by CPUs, and slabinfo counts those as active
     * @param bytes of all slabs
     */
    record Row(
            String name,
            long objectBytes,
            long slotBytes,
            long objects,
            long live,
            long free,
            long cpuFree,
            long slabs,
            long pages,
            @Column(Column.Style.BYTES) long bytes) {}

    @Override
    public String name() {
        return "slabs";
    }

    @Override
    public String summary() {
        return "caches of the kernel's objects: objects, live and free ones, bytes";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return kernel.tolerate(name(), () -> new PhysicalPages(kernel)).stream()
                .flatMap(pages -> new SlabCaches(pages).all())
                .map(cache -> new Row(
                        cache.name(),
                        cache.objectBytes(),
                        cache.slotBytes(),
                        cache.objects(),
                        cache.live(),
                        cache.nodeFree() + cache.cpuFree(),
                        cache.cpuFree(),
                        cache.slabs(),
                        cache.pages(),
                        cache.pages() * PhysicalPages.PAGE_BYTES));
    }
}
