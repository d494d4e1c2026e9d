package dev.retrovisor.introspect.event;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.types.StructLayout;

/**
 * Moments in the name of threads, made with each event: a thread's name is read as text only when its bytes differ from
 * those read before.
 */
final class ThreadNames {
    private static final int CACHED = 256;
    private static final int TASK_SHIFT = 6;

    /** What was last read at a task_struct. */
    private record Known(long task, long firstBytes, long secondBytes, String comm) {}

    private final Watch watch;
    private final Known[] known = new Known[CACHED];
    private boolean resolved;
    private long tgidOffset;
    private long pidOffset;
    private long commOffset;
    private int commBytes;

    ThreadNames(Watch watch) {
        this.watch = watch;
    }

    Moment moment(int hart, long task) {
        KernelView kernel = watch.kernel();
        if (!resolved) {
            resolve(kernel.types().struct("task_struct"));
        }
        AddressSpace space = kernel.space();
        return new Moment(
                watch.machine().steps(),
                watch.machine().virtualNanos(),
                hart,
                space.readInt(task + tgidOffset),
                space.readInt(task + pidOffset),
                comm(space, task));
    }

    private void resolve(StructLayout layout) {
        tgidOffset = layout.field("tgid").offsetBytes();
        pidOffset = layout.field("pid").offsetBytes();
        commOffset = layout.field("comm").offsetBytes();
        commBytes = (int) layout.field("comm").type().sizeBytes();
        resolved = true;
    }

    private String comm(AddressSpace space, long task) {
        if (commBytes != 2 * Long.BYTES) {
            return space.readString(task + commOffset, commBytes);
        }
        long first = space.readLong(task + commOffset);
        long second = space.readLong(task + commOffset + Long.BYTES);
        int slot = (int) (task >>> TASK_SHIFT ^ task >>> 2 * TASK_SHIFT) & CACHED - 1;
        Known last = known[slot];
        if (last == null || last.task != task || last.firstBytes != first || last.secondBytes != second) {
            last = new Known(task, first, second, space.readString(task + commOffset, commBytes));
            known[slot] = last;
        }
        return last.comm;
    }
}
