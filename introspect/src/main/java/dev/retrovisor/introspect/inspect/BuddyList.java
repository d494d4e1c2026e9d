package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Buddies;
import dev.retrovisor.introspect.linux.PhysicalPages;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Free memory in the page allocator. */
final class BuddyList implements Inspection<BuddyList.Row> {
    /**
     * @param order blocks have {@code 1 << order} pages
     * @param free blocks that the zone counts
     * @param listed blocks that are on its lists: the same, unless the machine stands in the middle of a change
     * @param keptByCpus blocks that CPUs keep at hand
     * @param bytes of the listed blocks
     * @param mobility what the listed blocks' pages may be given to, and how many blocks
     */
    record Row(
            int node,
            String zone,
            int order,
            long free,
            long listed,
            long keptByCpus,
            @Column(Column.Style.BYTES) long bytes,
            String mobility) {}

    @Override
    public String name() {
        return "buddy";
    }

    @Override
    public String summary() {
        return "free blocks of the page allocator, by node, zone and order";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return kernel.tolerate(name(), () -> new PhysicalPages(kernel)).stream()
                .map(Buddies::new)
                .flatMap(buddies -> buddies.zones().flatMap(zone -> rows(kernel, buddies, zone)));
    }

    private Stream<Row> rows(KernelView kernel, Buddies buddies, Buddies.Zone zone) {
        Map<Integer, Long> kept =
                buddies.kept(zone).collect(Collectors.groupingBy(Buddies.Block::order, Collectors.counting()));
        return IntStream.range(0, buddies.orders(zone))
                .boxed()
                .flatMap(order -> kernel
                        .tolerate(name(), () -> {
                            Map<String, Long> listed = buddies.blocks(zone, order)
                                    .collect(Collectors.groupingBy(
                                            Buddies.Block::mobility, LinkedHashMap::new, Collectors.counting()));
                            long blocks = listed.values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum();
                            return new Row(
                                    zone.node(),
                                    zone.name(),
                                    order,
                                    buddies.counted(zone, order),
                                    blocks,
                                    kept.getOrDefault(order, 0L),
                                    blocks * PhysicalPages.PAGE_BYTES << order,
                                    listed.entrySet().stream()
                                            .map(entry -> entry.getKey() + " " + entry.getValue())
                                            .collect(Collectors.joining(", ")));
                        })
                        .stream());
    }
}
