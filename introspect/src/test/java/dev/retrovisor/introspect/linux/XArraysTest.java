package dev.retrovisor.introspect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

class XArraysTest {
    private static final long HEAD = TinyKernel.START + 0x100;
    private static final long ROOT = TinyKernel.START + 0x1000;
    private static final long LEAF = TinyKernel.START + 0x2000;
    private static final long POINTER = TinyKernel.START + 0x3000;
    private static final int SLOTS_OFFSET = 8;
    private static final int SLOTS = 64;

    private final TinyKernel kernel = new TinyKernel()
            .struct("xarray", "xa_flags", "xa_head")
            .struct(
                    "xa_node",
                    SLOTS_OFFSET + SLOTS * 8L,
                    List.of(
                            new Field("shift", 0, 0, new CType.Scalar("unsigned char", 1, false)),
                            new Field(
                                    "slots",
                                    SLOTS_OFFSET * 8,
                                    0,
                                    new CType.Array(new CType.Scalar("long", 8, false), SLOTS))));

    private void node(long address, int shift) {
        kernel.putByte(address, shift);
    }

    private void slot(long node, int index, long value) {
        kernel.put(node + SLOTS_OFFSET + index * 8L, value);
    }

    private static long pointerTo(long node) {
        return node | 2;
    }

    private static List<XArrays.Entry> entries(KernelView view) {
        return XArrays.entries(view, xarray(view), 1000).toList();
    }

    private static KernelObject xarray(KernelView view) {
        return view.object("xarray", HEAD);
    }

    @Test
    void aSingleEntryAtIndexZeroNeedsNoNode() {
        kernel.put(HEAD + 8, POINTER);

        assertThat(entries(kernel.view())).containsExactly(new XArrays.Entry(0, 0, POINTER));
    }

    @Test
    void indicesComeFromTheSlotsOnTheWay() {
        kernel.put(HEAD + 8, pointerTo(ROOT));
        node(ROOT, 6);
        node(LEAF, 0);
        slot(ROOT, 3, pointerTo(LEAF));
        slot(LEAF, 5, POINTER);
        KernelView view = kernel.view();

        assertThat(entries(view)).containsExactly(new XArrays.Entry(3 * 64 + 5, 3 * 64 + 5, POINTER));
        assertThat(XArrays.load(view, xarray(view), 3 * 64 + 5)).hasValue(POINTER);
        assertThat(XArrays.load(view, xarray(view), 5)).isEmpty();
        assertThat(XArrays.load(view, xarray(view), 64 * 64 + 3 * 64 + 5))
                .as("an index above what the tree spans")
                .isEmpty();
    }

    @Test
    void anEntryWithSiblingsSpansTheirIndices() {
        kernel.put(HEAD + 8, pointerTo(LEAF));
        node(LEAF, 0);
        slot(LEAF, 4, POINTER);
        for (int i = 5; i < 8; i++) {
            slot(LEAF, i, 4 << 2 | 2);
        }
        KernelView view = kernel.view();

        assertThat(entries(view)).containsExactly(new XArrays.Entry(4, 7, POINTER));
        assertThat(XArrays.load(view, xarray(view), 6)).hasValue(POINTER);
    }

    @Test
    void aNodeThatContainsItselfEndsTheWalkAndIsNoted() {
        kernel.put(HEAD + 8, pointerTo(ROOT));
        node(ROOT, 6);
        slot(ROOT, 0, pointerTo(ROOT));
        slot(ROOT, 1, POINTER);
        KernelView view = kernel.view();

        assertThat(entries(view)).containsExactly(new XArrays.Entry(64, 127, POINTER));
        assertThat(view.damage().total()).isEqualTo(1);
    }

    @Test
    void aWildPointerIsLeftOutAndNoted() {
        kernel.put(HEAD + 8, pointerTo(0x1234_5000));
        KernelView view = kernel.view();

        assertThat(entries(view)).isEmpty();
        assertThat(view.damage().isNone()).isFalse();
    }
}
