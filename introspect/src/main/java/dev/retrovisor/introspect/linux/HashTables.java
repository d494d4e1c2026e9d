package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The kernel's hash tables: arrays of chains, and those that grow ({@code rhashtable}). */
public final class HashTables {
    private static final int MOST_BUCKETS = 1 << 24;
    private static final long MARK_OF_END = 1;

    private HashTables() {}

    /**
     * The structures in an array of {@code hlist_head} or {@code hlist_nulls_head}, bucket by bucket.
     *
     * @param member the node in each element
     * @param most elements at most in one bucket
     */
    public static Stream<KernelObject> chains(
            KernelView kernel, long tableAddress, long buckets, String struct, String member, int most) {
        return LongStream.range(0, checked(kernel, tableAddress, buckets))
                .mapToObj(bucket -> tableAddress + bucket * Long.BYTES)
                .flatMap(head -> kernel.hlist(head, struct, member, most));
    }

    /** The structures in an {@code rhashtable}, also those that it has not yet moved while it grows. */
    public static Stream<KernelObject> growing(
            KernelView kernel, KernelObject table, String struct, String member, int most) {
        return kernel.walk(
                        "tables of the rhashtable at 0x%x".formatted(table.address()),
                        2,
                        () -> table.get("tbl"),
                        node -> kernel.object("bucket_table", node).get("future_tbl"),
                        node -> node == 0)
                .map(node -> kernel.object("bucket_table", node))
                .flatMap(buckets -> growing(kernel, buckets, kernel.types().struct(struct), member, most));
    }

    private static Stream<KernelObject> growing(
            KernelView kernel, KernelObject buckets, StructLayout layout, String member, int most) {
        AddressSpace space = kernel.space();
        long offset = layout.field(member).offsetBytes();
        String name = "bucket_table at 0x%x".formatted(buckets.address());
        long size = kernel.tolerate(name, () -> sizeOf(buckets)).orElse(0L);
        return LongStream.range(0, checked(kernel, buckets.address(), size))
                .mapToObj(bucket -> buckets.addressOf("buckets") + bucket * Long.BYTES)
                .flatMap(head -> kernel.walk(
                        name,
                        most,
                        // The lowest bit of a head is its lock, that of a node's successor says that the chain ends.
                        () -> space.readLong(head) & ~MARK_OF_END,
                        node -> space.readLong(node),
                        node -> node == 0 || (node & MARK_OF_END) != 0))
                .map(node -> new KernelObject(space, kernel.types(), layout, node - offset));
    }

    private static long sizeOf(KernelObject buckets) {
        if (buckets.get("nest") != 0) {
            throw new MemoryFault(buckets.address(), "a nested table, which is made when memory is short, is not read");
        }
        return buckets.get("size");
    }

    private static long checked(KernelView kernel, long table, long buckets) {
        if (buckets < 0 || buckets > MOST_BUCKETS) {
            kernel.damage().note("hash table at 0x%x".formatted(table), "has %,d buckets".formatted(buckets));
            return 0;
        }
        return buckets;
    }
}
