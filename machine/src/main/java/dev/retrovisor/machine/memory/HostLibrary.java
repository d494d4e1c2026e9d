package dev.retrovisor.machine.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Functions of the host's C library that take at most six integers or addresses.
 *
 * <p>All are called as if they took six 64-bit ones: the JDK needs milliseconds to make a call of a new shape, and this
 * is one. The calling conventions of our hosts (System V's for x86-64, Arm's, RISC-V's) pass these in registers, of which
 * a function that takes fewer, or narrower ones, reads what it takes. Not for functions with variable arguments.
 */
public final class HostLibrary {
    private static final int MOST_ARGUMENTS = 6;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALL = handle();

    private HostLibrary() {}

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        var arguments = new ValueLayout.OfLong[MOST_ARGUMENTS];
        Arrays.fill(arguments, ValueLayout.JAVA_LONG);
        return LINKER.downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments));
    }

    /**
     * Calls a function.
     *
     * @return the result; only its low half means something where the function gives an {@code int}
     * @throws UnsupportedOperationException if the host has no such function
     */
    public static long call(String function, long... arguments) {
        MemorySegment address = LINKER.defaultLookup()
                .find(function)
                .orElseThrow(() -> new UnsupportedOperationException("the host's C library has no " + function));
        long[] all = Arrays.copyOf(arguments, MOST_ARGUMENTS);
        try {
            return (long) CALL.invokeExact(address, all[0], all[1], all[2], all[3], all[4], all[5]);
        } catch (Throwable unexpected) {
            throw new IllegalStateException(function, unexpected);
        }
    }
}
