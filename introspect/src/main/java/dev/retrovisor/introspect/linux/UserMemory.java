package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.Arrays;

/** A process's memory by its own addresses. */
public final class UserMemory {
    private final KernelObject mm;
    private final AddressSpace space;

    /** @param mm an mm_struct */
    public UserMemory(KernelView kernel, KernelObject mm) {
        this.mm = mm;
        space = kernel.userSpace(mm);
    }

    /** The mm_struct. */
    public KernelObject mm() {
        return mm;
    }

    /** What its page tables map. */
    public AddressSpace space() {
        return space;
    }

    /** The bytes from an address up to the first that are not there, at most so many. */
    public byte[] readAvailable(long address, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        int done = space.readAvailable(address, bytes, lengthBytes);
        return done == lengthBytes ? bytes : Arrays.copyOf(bytes, done);
    }
}
