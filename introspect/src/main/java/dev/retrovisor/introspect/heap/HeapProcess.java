package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.kernel.MachineView.HartView;
import java.util.Arrays;
import java.util.Map;

/** What is known of one process that allocates: its images and the stacks that were seen. */
final class HeapProcess {
    private static final int MOST_FRAMES = 32;

    private final ProcessImages images;
    private final CallStacks stacks;

    /** @param interned each stack of all processes, once */
    HeapProcess(ProcessImages images, Map<CallStack, CallStack> interned) {
        this.images = images;
        stacks = new CallStacks(images::describe, interned);
    }

    ProcessImages images() {
        return images;
    }

    /** The process has mapped something. */
    void refresh() {
        images.refresh();
    }

    /** The callers of the function at whose first instruction a hart stands. */
    CallStack callers(HartView hart) {
        return stack(hart, 1);
    }

    /** Where a hart stands, and its callers. */
    CallStack here(HartView hart) {
        return stack(hart, 0);
    }

    private CallStack stack(HartView hart, int skipped) {
        long[] registers = new long[32];
        for (int i = 0; i < registers.length; i++) {
            registers[i] = hart.x(i);
        }
        long[] frames = images.unwind(hart.pc(), registers, MOST_FRAMES);
        return stacks.of(Arrays.copyOfRange(frames, Math.min(skipped, frames.length), frames.length));
    }
}
