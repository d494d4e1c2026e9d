package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelView;

/** How many nodes one walk may still look at: trees of a guest that lies may have any number. */
final class Budget {
    private final KernelView kernel;
    private final String walk;
    private final int most;
    private int left;

    Budget(KernelView kernel, String walk, int most) {
        this.kernel = kernel;
        this.walk = walk;
        this.most = most;
        left = most;
    }

    /** Takes one; at the end notes it, once, and gives no more. */
    boolean spend() {
        if (left == 0) {
            kernel.damage().note(walk, "has more than %,d nodes".formatted(most));
        }
        return left-- > 0;
    }

    /** Notes that a node is not what it should be. */
    void broken(String what) {
        kernel.damage().note(walk, what);
    }
}
