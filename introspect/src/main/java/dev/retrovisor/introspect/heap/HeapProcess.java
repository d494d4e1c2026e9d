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
    private final Map<CallStack, CallStack> interned;
    private final Map<Addresses, CallStack> stacks = new HashMap<>();

    /** @param interned each stack of all processes, once */
    HeapProcess(ProcessImages images, Map<CallStack, CallStack> interned) {
        this.images = images;
        this.interned = interned;
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
        var key = new Addresses(Arrays.copyOfRange(frames, Math.min(skipped, frames.length), frames.length));
        CallStack known = stacks.get(key);
        if (known == null) {
            var fresh = new CallStack(
                    Arrays.stream(key.frames).mapToObj(images::describe).toList());
            CallStack other = interned.putIfAbsent(fresh, fresh);
            known = other == null ? fresh : other;
            if (stacks.size() < MOST_STACKS) {
                stacks.put(key, known);
            }
        }
        return known;
    }
}
