package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.memory.PhysicalMemory;

/**
 * A thread that makes system calls, from the first that is seen to its end. Its kernel stack stays where it is as long as it
 * lives, so its physical address is looked up once.
 */
final class Caller {
    private final long task;
    private final Identity identity;
    private long registersAt;
    private long registersPhysical;
    private Call call;

    /** @param task address of its task_struct, which tells it from all others */
    Caller(long task, Identity identity) {
        this.task = task;
        this.identity = identity;
    }

    /** Which thread it is. */
    interface Identity {
        /** A moment in its name. */
        Moment moment(long step, long virtualNanos, int hart);
    }

    long task() {
        return task;
    }

    Identity identity() {
        return identity;
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
        return space.memory().readLong(registersPhysical + offset);
    }

    /** Where they were last looked at. */
    long registers() {
        return registersAt;
    }

    /** @throws MemoryFault if a thread has no memory there */
    static long physical(AddressSpace space, long address, int lengthBytes) {
        PhysicalMemory memory = space.memory();
        long physical = space.translate(address);
        if (physical == AddressSpace.UNMAPPED || !memory.contains(physical, lengthBytes)) {
            throw new MemoryFault(address, "a task without memory");
        }
        return physical;
    }
}
