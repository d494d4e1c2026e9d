package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;

/** The kernel's red-black trees. */
public final class RedBlackTrees {
    /** A sound tree of 2^64 nodes is not deeper. */
    private static final int MOST_LEVELS = 128;

    private RedBlackTrees() {}

    /**
     * The structures in a tree, in its order, lazily; ends at what is broken and notes it.
     *
     * @param rootAddress of an {@code rb_root}, which is also what an {@code rb_root_cached} begins with
     * @param member the {@code rb_node} in each element
     * @param most elements at most
     */
    public static Stream<KernelObject> inOrder(
            KernelView kernel, long rootAddress, String struct, String member, int most) {
        StructLayout layout = kernel.types().struct(struct);
        long offset = layout.field(member).offsetBytes();
        var path = new Path(kernel);
        return kernel.walk(
                        "tree of %s.%s at 0x%x".formatted(struct, member, rootAddress),
                        most,
                        () -> path.leftmost(path.space.readLong(rootAddress)),
                        path::after,
                        node -> node == 0)
                .map(node -> new KernelObject(path.space, kernel.types(), layout, node - offset));
    }

    /** The nodes above the one at hand that come after it: of the parents only those, as they alone are visited again. */
    private static final class Path {
        private final AddressSpace space;
        private final long right;
        private final long left;
        private final Deque<Long> later = new ArrayDeque<>();

        Path(KernelView kernel) {
            space = kernel.space();
            StructLayout node = kernel.types().struct("rb_node");
            right = node.field("rb_right").offsetBytes();
            left = node.field("rb_left").offsetBytes();
        }

        long after(long node) {
            return leftmost(space.readLong(node + right));
        }

        /** The first node of a subtree, or the next one above an empty subtree; 0 at the end. */
        long leftmost(long top) {
            long node = top;
            while (node != 0) {
                if (later.size() >= MOST_LEVELS) {
                    throw new MemoryFault(node, "the tree is deeper than %d levels".formatted(MOST_LEVELS));
                }
                later.push(node);
                node = space.readLong(node + left);
            }
            return later.isEmpty() ? 0 : later.pop();
        }
    }
}
