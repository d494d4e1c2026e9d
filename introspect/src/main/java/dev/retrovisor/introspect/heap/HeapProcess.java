package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.kernel.MachineView.HartView;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What is known of one process that allocates: its images and the stacks that were seen. */
final class HeapProcess {
    private static final int MOST_FRAMES = 32;
    private static final int MOST_STACKS = 200_000;

    private record Addresses(long[] frames) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Addresses(long[] others) && Arrays.equals(frames, others);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(frames);
        }
    }

    private final ProcessImages images;
    private final Map<Addresses, CallStack> stacks = new HashMap<>();

    HeapProcess(ProcessImages images) {
        this.images = images;
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
        long[] registers = new long[32];
        for (int i = 0; i < registers.length; i++) {
            registers[i] = hart.x(i);
        }
        long[] frames = images.unwind(hart.pc(), registers, MOST_FRAMES);
        var key = new Addresses(frames);
        CallStack known = stacks.get(key);
        if (known == null) {
            known = new CallStack(
                    Arrays.stream(frames).skip(1).mapToObj(images::describe).toList());
            if (stacks.size() < MOST_STACKS) {
                stacks.put(key, known);
            }
        }
        return known;
    }
}
