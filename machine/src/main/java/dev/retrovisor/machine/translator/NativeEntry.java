package dev.retrovisor.machine.translator;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The call from Java into emitted code: a plain one, so that garbage collection need not wait for the guest. */
public final class NativeEntry {
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

    // Without the address: a constant handle is what compiled Java inlines.
    private static final MethodHandle CALL = handle();

    private final MemorySegment address;

    public NativeEntry(long address) {
        this.address = MemorySegment.ofAddress(address);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        return Linker.nativeLinker().downcallHandle(SHAPE);
    }

    /** Runs host code on a hart's state until it leaves; returns by which exit. */
    public int enter(long state, long code) {
        try {
            return (int) CALL.invokeExact(address, state, code);
        } catch (Throwable unexpected) {
            throw new IllegalStateException("emitted code", unexpected);
        }
    }
}
