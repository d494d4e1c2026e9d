package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The kernel's XArray, which is its radix tree, its IDR and its page cache too: a tree of nodes of 64 slots. A slot's low
 * two bits tell pointers (00), values (x1) and nodes or marks of the tree's own (10).
 */
public final class XArrays {
    private static final int KIND_BITS = 3;
    private static final int INTERNAL = 2;

    /** Internal entries below this are marks: siblings of the entry before them, "retry", "zero"; above it are nodes. */
    private static final long FIRST_NODE = 4096;

    private static final int BITS_OF_INDEX = 64;

    private XArrays() {}

    /**
     * One entry.
     *
     * @param index the first index that gives it
     * @param lastIndex the last one; they differ for entries of a higher order, such as large folios
     * @param value a pointer, or a value with its lowest bit set
     */
    public record Entry(long index, long lastIndex, long value) {
        /** Whether this is a number rather than a pointer. */
        public boolean isValue() {
            return (value & 1) != 0;
        }

        /** The number. */
        public long number() {
            return value >>> 1;
        }
    }

    /** All entries by ascending index. @param most entries at most */
    public static Stream<Entry> entries(KernelView kernel, KernelObject xarray, int most) {
        Walk walk = new Walk(kernel, xarray);
        return kernel.tolerate(walk.name, () -> xarray.get("xa_head")).stream()
                .flatMap(head -> walk.entry(head, 0, BITS_OF_INDEX, 0, 0))
                .limit(most);
    }

    /** What an index gives; empty for nothing. */
    public static OptionalLong load(KernelView kernel, KernelObject xarray, long index) {
        Walk walk = new Walk(kernel, xarray);
        return kernel.tolerate(walk.name, () -> walk.load(xarray.get("xa_head"), index))
                .filter(value -> value != 0)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    private static boolean isInternal(long value) {
        return (value & KIND_BITS) == INTERNAL;
    }

    /** One tree; nodes get ever smaller shifts from the head down, so that a walk ends in whatever it meets. */
    private static final class Walk {
        private final KernelView kernel;
        private final KernelObject xarray;
        private final StructLayout nodeLayout;
        private final int slots;
        private final int bitsPerLevel;
        private final String name;

        Walk(KernelView kernel, KernelObject xarray) {
            this.kernel = kernel;
            this.xarray = xarray;
            nodeLayout = kernel.types().struct("xa_node");
            slots = node(0).count("slots");
            bitsPerLevel = Integer.numberOfTrailingZeros(Integer.highestOneBit(slots));
            name = "xarray at 0x%x".formatted(xarray.address());
        }

        private KernelObject node(long address) {
            return new KernelObject(xarray.space(), kernel.types(), nodeLayout, address);
        }

        /**
         * What is under one slot.
         *
         * @param limit what the shift of a node here must be below
         * @param spanShift of the slot
         * @param siblings slots behind this one that belong to it
         */
        private Stream<Entry> entry(long value, long index, int limit, int spanShift, int siblings) {
            if (!isInternal(value)) {
                long last = index + ((long) (siblings + 1) << spanShift) - 1;
                return value == 0 ? Stream.empty() : Stream.of(new Entry(index, last, value));
            }
            if (Long.compareUnsigned(value, FIRST_NODE) < 0) {
                return Stream.empty();
            }
            KernelObject node = node(value - INTERNAL);
            return kernel.tolerate(name, () -> shift(node, limit)).stream()
                    .flatMap(shift -> IntStream.range(0, slots)
                            .boxed()
                            .flatMap(slot -> kernel.tolerate(name, () -> node.element("slots", slot)).stream()
                                    .filter(inner -> inner != 0)
                                    .flatMap(inner -> entry(
                                            inner,
                                            index + ((long) slot << shift),
                                            shift,
                                            shift,
                                            siblings(node, slot)))));
        }

        private int shift(KernelObject node, int limit) {
            int shift = node.getInt("shift");
            if (shift >= limit || shift % bitsPerLevel != 0) {
                throw new MemoryFault(node.address(), "no node with shift %d belongs below %d".formatted(shift, limit));
            }
            return shift;
        }

        private int siblings(KernelObject node, int slot) {
            long mark = (long) slot << 2 | INTERNAL;
            int count = 0;
            while (slot + count + 1 < slots && node.element("slots", slot + count + 1) == mark) {
                count++;
            }
            return count;
        }

        private long load(long head, long index) {
            long value = head;
            int limit = BITS_OF_INDEX;
            if (!isInternal(head)) {
                return index == 0 ? head : 0;
            }
            while (isInternal(value) && Long.compareUnsigned(value, FIRST_NODE) >= 0) {
                KernelObject node = node(value - INTERNAL);
                int shift = shift(node, limit);
                if (limit == BITS_OF_INDEX
                        && shift + bitsPerLevel < BITS_OF_INDEX
                        && index >>> shift + bitsPerLevel != 0) {
                    return 0;
                }
                value = node.element("slots", (int) (index >>> shift & slots - 1));
                if (isInternal(value) && Long.compareUnsigned(value, FIRST_NODE) < 0) {
                    long sibling = value >>> 2;
                    value = sibling < slots ? node.element("slots", (int) sibling) : 0;
                }
                limit = shift;
            }
            return isInternal(value) ? 0 : value;
        }
    }
}
