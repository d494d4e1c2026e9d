package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The page allocator: memory nodes, their zones, and the lists of free blocks in those. */
public final class Buddies {
    private static final int MOST_NODES = 1 << 10;
    private static final int MOST_BLOCKS = 1 << 22;
    private static final int MOST_NAME_BYTES = 16;

    /** One zone of a node, such as {@code DMA32}. */
    public record Zone(int node, String name, KernelObject object) {}

    /**
     * A free block.
     *
     * @param frame of its first page
     * @param order it has {@code 1 << order} pages
     * @param mobility what its pages may be given to, such as {@code MOVABLE}
     * @param cpu which CPU keeps it at hand; -1 for none
     */
    public record Block(Zone zone, long frame, int order, String mobility, int cpu) {
        public long pages() {
            return 1L << order;
        }
    }

    private final KernelView kernel;
    private final PhysicalPages pages;

    public Buddies(PhysicalPages pages) {
        this.pages = pages;
        kernel = pages.kernel();
    }

    /** The zones that have memory. */
    public Stream<Zone> zones() {
        return kernel.tolerate("zones", this::readZones).stream().flatMap(List::stream);
    }

    private List<Zone> readZones() {
        var zones = new ArrayList<Zone>();
        for (KernelObject node : nodes()) {
            int number = node.getInt("node_id");
            int count = Math.min(node.getInt("nr_zones"), node.count("node_zones"));
            for (int i = 0; i < count; i++) {
                KernelObject zone = node.at("node_zones", i);
                if (zone.get("managed_pages") != 0 || zone.get("present_pages") != 0) {
                    zones.add(new Zone(number, zone.pointedText("name", MOST_NAME_BYTES), zone));
                }
            }
        }
        return zones;
    }

    /** The nodes ({@code pglist_data}). */
    List<KernelObject> nodes() {
        if (!kernel.symbols().has("node_data")) {
            return List.of(kernel.global("contig_page_data", "pglist_data"));
        }
        long table = kernel.symbols().address("node_data");
        long bytes = kernel.symbols().next(table).orElse(table) - table;
        return IntStream.range(0, Math.clamp(bytes / Long.BYTES, 0, MOST_NODES))
                .mapToLong(i -> kernel.space().readLong(table + i * (long) Long.BYTES))
                .filter(node -> node != 0 && kernel.space().isMapped(node))
                .mapToObj(node -> kernel.object("pglist_data", node))
                .toList();
    }

    /** Orders that a zone has lists for. */
    public int orders(Zone zone) {
        return zone.object().count("free_area");
    }

    /** How many blocks of an order the zone counts as free. */
    public long counted(Zone zone, int order) {
        return zone.object().at("free_area", order).get("nr_free");
    }

    /** The free blocks of an order. */
    public Stream<Block> blocks(Zone zone, int order) {
        KernelObject area = zone.object().at("free_area", order);
        return IntStream.range(0, area.count("free_list"))
                .boxed()
                .flatMap(type -> kernel.list(area.at("free_list", type).address(), "page", "buddy_list", MOST_BLOCKS)
                        .map(page -> new Block(zone, pages.frame(page.address()), order, mobility(type), -1)));
    }

    /** Free pages that CPUs keep at hand. The allocator's counts have them, its lists of free blocks do not. */
    public Stream<Block> kept(Zone zone) {
        return IntStream.range(0, kernel.cpus())
                .boxed()
                .flatMap(cpu -> kernel
                        .tolerate(
                                "pages kept by CPU " + cpu,
                                () -> kernel.object(
                                        "per_cpu_pages",
                                        kernel.perCpu(cpu, zone.object().get("per_cpu_pageset"))))
                        .stream()
                        .flatMap(kept -> kept(zone, cpu, kept)));
    }

    private Stream<Block> kept(Zone zone, int cpu, KernelObject kept) {
        int types = kernel.types().findConstant("MIGRATE_PCPTYPES").orElse(3L).intValue();
        return IntStream.range(0, kept.count("lists"))
                .boxed()
                .flatMap(list -> kernel.list(kept.at("lists", list).address(), "page", "pcp_list", MOST_BLOCKS)
                        .map(page -> new Block(
                                zone,
                                pages.frame(page.address()),
                                orderOfList(list / types),
                                mobility(list % types),
                                cpu)));
    }

    /** One list for each order up to 3 and, if there are huge pages, one more for those. */
    private static int orderOfList(int index) {
        return index <= LARGEST_KEPT_ORDER ? index : HUGE_ORDER;
    }

    // include/linux/mmzone.h, PAGE_ALLOC_COSTLY_ORDER, and what 2 MiB are in pages.
    private static final int LARGEST_KEPT_ORDER = 3;
    private static final int HUGE_ORDER = 9;

    private String mobility(int type) {
        return kernel.types().enumeration("migratetype").orElse(Map.of()).entrySet().stream()
                .filter(constant ->
                        constant.getValue() == type && !constant.getKey().endsWith("TYPES"))
                .map(constant -> constant.getKey().replace("MIGRATE_", ""))
                .findFirst()
                .orElse(Integer.toString(type));
    }
}
