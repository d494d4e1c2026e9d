package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The free objects of one cache that lie in sheaves, arrays of pointers, as Linux 7 has them: each CPU has up to three, and
 * each node a barn of full ones.
 */
final class SlabSheaves {
    private static final int MOST_OBJECTS = 1 << 12;
    private static final int MOST_SHEAVES = 1 << 12;

    private final KernelView kernel;
    private final KernelObject cache;

    SlabSheaves(KernelView kernel, KernelObject cache) {
        this.kernel = kernel;
        this.cache = cache;
    }

    /** Their addresses. */
    LongStream objects() {
        return Stream.concat(ofCpus(), ofNodes())
                .flatMapToLong(sheaf -> kernel.tolerate("sheaves", () -> LongStream.of(objects(sheaf)))
                        .orElse(LongStream.empty()));
    }

    private static long[] objects(KernelObject sheaf) {
        long first = sheaf.addressOf("objects");
        int count = Math.clamp(sheaf.get("size"), 0, MOST_OBJECTS);
        return IntStream.range(0, count)
                .mapToLong(i -> sheaf.space().readLong(first + (long) i * Long.BYTES))
                .toArray();
    }

    private Stream<KernelObject> ofCpus() {
        int cpus = cache.get("cpu_sheaves") == 0 ? 0 : kernel.cpus();
        return IntStream.range(0, cpus)
                .boxed()
                .flatMap(cpu -> kernel
                        .tolerate(
                                "sheaves",
                                () -> kernel.object(
                                        "slub_percpu_sheaves", kernel.perCpu(cpu, cache.get("cpu_sheaves"))))
                        .stream())
                .flatMap(mine -> Stream.of("main", "spare", "rcu_free").flatMap(name -> mine.follow(name).stream()));
    }

    private Stream<KernelObject> ofNodes() {
        return IntStream.range(0, SlabCaches.nodeCount(kernel, cache, "per_node"))
                .mapToLong(node -> cache.at("per_node", node).get("barn"))
                .filter(barn -> barn != 0)
                .boxed()
                .flatMap(barn -> kernel.list(
                        kernel.object("node_barn", barn).addressOf("sheaves_full"),
                        "slab_sheaf",
                        "barn_list",
                        MOST_SHEAVES));
    }
}
