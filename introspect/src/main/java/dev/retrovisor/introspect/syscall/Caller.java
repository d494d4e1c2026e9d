package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.nio.charset.StandardCharsets;

/**
 * A thread that makes system calls, from the first that is seen to its end. A thread's structures and its kernel stack stay
 * where they are as long as it lives, so their physical addresses are looked up once.
 */
final class Caller {
    private static final int COMM_BYTES = 16;

    private final PhysicalMemory memory;
    private final KernelObject task;
    private final long pidAt;
    private final long tgidAt;
    private final long commAt;
    private long registersAt;
    private long registersPhysical;
    private long commLow;
    private long commHigh;
    private String comm = "";
    private Call call;

    Caller(KernelView kernel, KernelObject task) {
        memory = kernel.machine().memory();
        this.task = task;
        pidAt = physical(task.space(), task.addressOf("pid"), Integer.BYTES);
        tgidAt = physical(task.space(), task.addressOf("tgid"), Integer.BYTES);
        commAt = physical(task.space(), task.addressOf("comm"), COMM_BYTES);
    }

    private long physical(AddressSpace space, long address, int lengthBytes) {
        long physical = space.translate(address);
        if (physical == AddressSpace.UNMAPPED || !memory.contains(physical, lengthBytes)) {
            throw new MemoryFault(address, "a task without memory");
        }
        return physical;
    }

    KernelObject task() {
        return task;
    }

    /** The call that it is in, or null. */
    Call call() {
        return call;
    }

    void setCall(Call newCall) {
        call = newCall;
    }

    /** A register that the kernel has saved for this thread at {@code registers}, a struct pt_regs. */
    long saved(AddressSpace space, long registers, int offset) {
        if (registers != registersAt) {
            registersPhysical = physical(space, registers, offset + Long.BYTES);
            registersAt = registers;
        }
        return memory.readLong(registersPhysical + offset);
    }

    /** A moment in this thread's name. */
    Moment moment(long step, long virtualNanos, int hart) {
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
