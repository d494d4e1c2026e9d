package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.memory.HostLibrary;
import dev.retrovisor.machine.memory.OffHeap;
import java.nio.charset.StandardCharsets;

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
            if ((int) HostLibrary.call("ftruncate", file, capacityBytes) != 0) {
                throw new UnsupportedOperationException("the host refuses memory for code");
            }
            writable = map(capacityBytes, PROT_READ | PROT_WRITE, file);
            executable = map(capacityBytes, PROT_READ | PROT_EXECUTE, file);
        } finally {
            HostLibrary.call("close", file);
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
        byte[] name = "retrovisor-code\0".getBytes(StandardCharsets.US_ASCII);
        long nameAddress = OffHeap.allocate(name.length);
        try {
            OffHeap.copyIn(name, 0, nameAddress, name.length);
            int file = (int) HostLibrary.call("memfd_create", nameAddress, MFD_CLOEXEC);
            if (file < 0) {
                throw new UnsupportedOperationException("the host refuses memory for code");
            }
            return file;
        } finally {
            OffHeap.free(nameAddress, name.length);
        }
    }

    private static long map(long lengthBytes, int protection, int file) {
        long address = HostLibrary.call("mmap", 0, lengthBytes, protection, MAP_SHARED, file, 0);
        if (address == -1) {
            throw new UnsupportedOperationException("the host refuses executable memory");
        }
        return address;
    }
}
