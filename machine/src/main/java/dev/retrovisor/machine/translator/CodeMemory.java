package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.memory.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory for emitted code: one anonymous file mapped twice, once to write and once to execute, so that no page is ever
 * both. Code is appended until the memory is full; then its owner drops all of it and begins anew.
 */
public final class CodeMemory implements AutoCloseable {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXECUTE = 4;
    private static final int MAP_SHARED = 1;
    private static final int MFD_CLOEXEC = 1;

    private final int capacityBytes;
    private final long writable;
    private final long executable;
    private int length;

    /**
     * Reserves {@code capacityBytes}; the host provides pages as they are written.
     *
     * @throws UnsupportedOperationException if the host has no such memory or refuses it, with the reason
     */
    public CodeMemory(int capacityBytes) {
        this.capacityBytes = capacityBytes;
        int file = create();
        try {
            if (call("ftruncate", file, capacityBytes) != 0) {
                throw new UnsupportedOperationException("the host refuses memory for code");
            }
            writable = map(capacityBytes, PROT_READ | PROT_WRITE, file);
            executable = map(capacityBytes, PROT_READ | PROT_EXECUTE, file);
        } finally {
            call("close", file, 0);
        }
    }

    /** Bytes that can still be appended. */
    public int room() {
        return capacityBytes - length;
    }

    /** Bytes appended so far. */
    public int length() {
        return length;
    }

    /** The address at which what is appended next will be executed. */
    public long end() {
        return executable + length;
    }

    /** Appends code; it can be executed from {@link #end()} as that was before. */
    public void append(byte[] code, int lengthBytes) {
        if (lengthBytes > room()) {
            throw new IllegalStateException("%d bytes of code, room for %d".formatted(lengthBytes, room()));
        }
        OffHeap.copyIn(code, 0, writable + length, lengthBytes);
        length += lengthBytes;
    }

    /** Overwrites four bytes of appended code. */
    public void patch(long executableAddress, int value) {
        OffHeap.putInt(writable + (executableAddress - executable), value);
    }

    /** Forgets all code but the first {@code keptBytes}. */
    public void truncate(int keptBytes) {
        length = keptBytes;
    }

    @Override
    public void close() {
        OffHeap.free(writable, capacityBytes);
        OffHeap.free(executable, capacityBytes);
    }

    private static int create() {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle create =
                    function("memfd_create", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
            int file = (int) create.invokeExact(arena.allocateFrom("retrovisor-code"), MFD_CLOEXEC);
            if (file < 0) {
                throw new UnsupportedOperationException("the host refuses memory for code");
            }
            return file;
        } catch (RuntimeException refused) {
            throw refused;
        } catch (Throwable unexpected) {
            throw new IllegalStateException("memfd_create", unexpected);
        }
    }

    private static long map(long lengthBytes, int protection, int file) {
        long address;
        try {
            MethodHandle map = function(
                    "mmap",
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG);
            address = (long) map.invokeExact(0L, lengthBytes, protection, MAP_SHARED, file, 0L);
        } catch (RuntimeException refused) {
            throw refused;
        } catch (Throwable unexpected) {
            throw new IllegalStateException("mmap", unexpected);
        }
        if (address == -1) {
            throw new UnsupportedOperationException("the host refuses executable memory");
        }
        return address;
    }

    private static int call(String name, int file, long argument) {
        try {
            MethodHandle function = function(name, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
            return (int) function.invokeExact(file, argument);
        } catch (RuntimeException refused) {
            throw refused;
        } catch (Throwable unexpected) {
            throw new IllegalStateException(name, unexpected);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, java.lang.foreign.MemoryLayout result, java.lang.foreign.MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        MemorySegment symbol = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the host's C library has no " + name));
        return linker.downcallHandle(symbol, FunctionDescriptor.of(result, arguments));
    }
}
