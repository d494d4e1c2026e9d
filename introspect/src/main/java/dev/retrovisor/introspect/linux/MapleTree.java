package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A maple tree: ranges of numbers, each with a pointer. A process's memory maps lie in one. */
public final class MapleTree {
    private static final int MOST_NODES = 1 << 18;
    private static final int MOST_LEVELS = 31;
    private static final int INTERNAL = 2;
    private static final long LARGEST_INTERNAL_NUMBER = 4096;
    private static final long NODE_BITS = 0xff;
    private static final int TYPE_SHIFT = 3;
    private static final int TYPE_BITS = 0xf;

    private final KernelView kernel;
    private final KernelObject tree;
    private final long dense;
    private final long leaf64;
    private final long range64;
    private final long allocRange64;

    /** One range with a pointer, both ends included. */
    public record Entry(long first, long last, long value) {}

    /** Something in a slot: a node or an element, with the range it is for. */
    private record Slot(long first, long last, long entry) {}

    /** @param tree a struct maple_tree */
    public MapleTree(KernelView kernel, KernelObject tree) {
        this.kernel = kernel;
        this.tree = tree;
        dense = kernel.types().constant("maple_dense");
        leaf64 = kernel.types().constant("maple_leaf_64");
        range64 = kernel.types().constant("maple_range_64");
        allocRange64 = kernel.types().constant("maple_arange_64");
    }

    /** All ranges in order, lazily; holes are left out. */
    public Stream<Entry> entries() {
        String walk = "maple tree at 0x%x".formatted(tree.address());
        return kernel.tolerate(walk, () -> tree.get("ma_root")).stream()
                .flatMap(root -> isNode(root)
                        ? under(new Budget(kernel, walk, MOST_NODES), new Slot(0, -1, root), MOST_LEVELS)
                        : element(new Slot(0, 0, root)));
    }

    private Stream<Entry> under(Budget budget, Slot slot, int levels) {
        if (levels == 0) {
            budget.broken("is deeper than %d levels".formatted(MOST_LEVELS));
            return Stream.empty();
        }
        if (!budget.spend()) {
            return Stream.empty();
        }
        try {
            long type = slot.entry >>> TYPE_SHIFT & TYPE_BITS;
            List<Slot> slots = slots(slot, type);
            return type == leaf64 || type == dense
                    ? slots.stream().flatMap(MapleTree::element)
                    : slots.stream()
                            .flatMap(inner -> inner.entry == 0 ? Stream.empty() : under(budget, inner, levels - 1));
        } catch (MemoryFault e) {
            budget.broken(e.getMessage());
            return Stream.empty();
        }
    }

    private List<Slot> slots(Slot slot, long type) {
        long address = slot.entry & ~NODE_BITS;
        var slots = new ArrayList<Slot>();
        if (type == dense) {
            KernelObject node = node("maple_node", address);
            for (int i = 0; i < node.count("slot") && slot.first + i - slot.last <= 0; i++) {
                slots.add(new Slot(slot.first + i, slot.first + i, node.element("slot", i)));
            }
            return slots;
        }
        if (type != leaf64 && type != range64 && type != allocRange64) {
            throw new MemoryFault(address, "a maple node of type " + type);
        }
        KernelObject node = node(type == allocRange64 ? "maple_arange_64" : "maple_range_64", address);
        int pivots = node.count("pivot");
        int count = node.count("slot");
        long first = slot.first;
        for (int i = 0; i < count; i++) {
            long pivot = i < pivots ? node.element("pivot", i) : slot.last;
            // A pivot of 0 behind the first slot means that the node ends with this one.
            boolean isLast = pivot == 0 && i > 0 || Long.compareUnsigned(pivot, slot.last) >= 0;
            long last = isLast ? slot.last : pivot;
            if (Long.compareUnsigned(last, first) < 0) {
                throw new MemoryFault(address, "pivots of a maple node fall");
            }
            slots.add(new Slot(first, last, node.element("slot", i)));
            if (isLast) {
                break;
            }
            first = last + 1;
        }
        return slots;
    }

    private KernelObject node(String struct, long address) {
        StructLayout layout = kernel.types().struct(struct);
        return new KernelObject(tree.space(), kernel.types(), layout, address);
    }

    private static Stream<Entry> element(Slot slot) {
        // What is not a pointer marks a range that is being copied by a fork.
        return slot.entry == 0 || (slot.entry & 3) != 0
                ? Stream.empty()
                : Stream.of(new Entry(slot.first, slot.last, slot.entry));
    }

    /** Of the root alone: below it, what is no leaf has nodes. */
    private static boolean isNode(long entry) {
        return (entry & 3) == INTERNAL && Long.compareUnsigned(entry, LARGEST_INTERNAL_NUMBER) > 0;
    }
}
