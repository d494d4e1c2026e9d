package dev.retrovisor.machine.board;

import java.util.List;

/**
 * Everything about a machine that the guest can notice and that never changes while it runs. It stands in a trace's
 * manifest: two machines with equal configurations, boot images and disks are the same machine.
 *
 * @param memoryBytes RAM, a multiple of 2 MiB from 64 MiB up
 * @param harts 1 to {@value #MAX_HARTS}
 * @param quantumSteps steps that a hart runs before the next one's turn, at least 100
 * @param paging largest virtual address space
 * @param hardwareDirtyBits true: harts set A and D in page tables (Svadu); false: they fault (Svade)
 * @param append kernel command line
 * @param drives virtio disks, in order
 * @param nics virtio network cards, in order
 * @param virtioConsole whether there is a virtio console beside the serial port
 * @param diskLatencyNanos virtual time from a disk request to its completion
 * @param bootSeed 32 bytes of entropy handed to the kernel in its device tree
 */
public record MachineConfig(
        long memoryBytes,
        int harts,
        long quantumSteps,
        PagingMode paging,
        boolean hardwareDirtyBits,
        String append,
        List<Drive> drives,
        List<Nic> nics,
        boolean virtioConsole,
        long diskLatencyNanos,
        byte[] bootSeed) {

    public static final int MAX_HARTS = 8;
    public static final long MIN_MEMORY_BYTES = 64L << 20;
    public static final long MEMORY_GRANULE_BYTES = 2L << 20;

    /** One virtio disk. {@code sizeBytes} is a multiple of 512, {@code serial} at most 20 ASCII characters. */
    public record Drive(long sizeBytes, boolean readOnly, String serial) {}

    /** One virtio network card with its address, six bytes as {@code 52:54:00:12:34:56}. */
    public record Nic(String mac) {}

    public MachineConfig {
        drives = List.copyOf(drives);
        nics = List.copyOf(nics);
        if (memoryBytes < MIN_MEMORY_BYTES || memoryBytes % MEMORY_GRANULE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "memory of %d bytes: must be a multiple of 2 MiB, at least 64 MiB".formatted(memoryBytes));
        }
        if (harts < 1 || harts > MAX_HARTS) {
            throw new IllegalArgumentException("%d harts: must be 1 to %d".formatted(harts, MAX_HARTS));
        }
        if (quantumSteps < 100) {
            throw new IllegalArgumentException("quantum of %d steps: must be at least 100".formatted(quantumSteps));
        }
        if (bootSeed.length != 32) {
            throw new IllegalArgumentException("boot seed of %d bytes: must be 32".formatted(bootSeed.length));
        }
    }
}
