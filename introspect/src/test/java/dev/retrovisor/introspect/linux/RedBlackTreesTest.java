package dev.retrovisor.introspect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.kernel.KernelView;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedBlackTreesTest {
    private static final long ROOT = TinyKernel.START + 0x100;

    private final TinyKernel kernel = new TinyKernel()
            .struct("rb_node", "__rb_parent_color", "rb_right", "rb_left")
            .struct("item", "key", "node");

    private static long item(int number) {
        return TinyKernel.START + 0x1000 + number * 0x100L;
    }

    private static long node(int number) {
        return number == 0 ? 0 : item(number) + 8;
    }

    private void link(int number, int left, int right) {
        kernel.put(item(number), number).put(node(number) + 8, node(right)).put(node(number) + 16, node(left));
    }

    private List<Long> keys(KernelView view) {
        return RedBlackTrees.inOrder(view, ROOT, "item", "node", 100)
                .map(item -> item.get("key"))
                .toList();
    }

    @Test
    void anEmptyTreeHasNoElements() {
        assertThat(keys(kernel.view())).isEmpty();
    }

    @Test
    void elementsComeInTheTreesOrder() {
        kernel.put(ROOT, node(4));
        link(4, 2, 6);
        link(2, 1, 3);
        link(6, 5, 0);
        link(1, 0, 0);
        link(3, 0, 0);
        link(5, 0, 0);

        assertThat(keys(kernel.view())).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    void aCycleToTheLeftEndsTheWalkAndIsNoted() {
        kernel.put(ROOT, node(1));
        link(1, 2, 0);
        link(2, 1, 0);
        KernelView view = kernel.view();

        assertThat(keys(view)).isEmpty();
        assertThat(view.damage().total()).isEqualTo(1);
    }

    @Test
    void aCycleToTheRightGivesEachElementOnce() {
        kernel.put(ROOT, node(1));
        link(1, 0, 2);
        link(2, 0, 1);
        KernelView view = kernel.view();

        assertThat(keys(view)).containsExactly(1L, 2L);
        assertThat(view.damage().total()).isEqualTo(1);
    }
}
