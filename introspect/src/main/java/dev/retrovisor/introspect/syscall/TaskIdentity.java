package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.nio.charset.StandardCharsets;

/**
 * A thread as its task_struct has it. That stays where it is as long as the thread lives, so its physical addresses are looked
 * up once.
 */
final class TaskIdentity implements Caller.Identity {
    private static final int COMM_BYTES = 16;

    private final PhysicalMemory memory;
    private final long pidAt;
    private final long tgidAt;
    private final long commAt;
    private long commLow;
    private long commHigh;
    private String comm = "";

    TaskIdentity(KernelObject task) {
        memory = task.space().memory();
        pidAt = Caller.physical(task.space(), task.addressOf("pid"), Integer.BYTES);
        tgidAt = Caller.physical(task.space(), task.addressOf("tgid"), Integer.BYTES);
        commAt = Caller.physical(task.space(), task.addressOf("comm"), COMM_BYTES);
    }

    @Override
    public Moment moment(long step, long virtualNanos, int hart) {
        long low = memory.readLong(commAt);
        long high = memory.readLong(commAt + Long.BYTES);
        if (low != commLow || high != commHigh) {
            commLow = low;
            commHigh = high;
            byte[] bytes = new byte[COMM_BYTES];
            memory.read(commAt, bytes, 0, COMM_BYTES);
            int length = 0;
            while (length < COMM_BYTES && bytes[length] != 0) {
                length++;
            }
            comm = new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
        return new Moment(step, virtualNanos, hart, memory.readInt(tgidAt), memory.readInt(pidAt), comm);
    }
}
