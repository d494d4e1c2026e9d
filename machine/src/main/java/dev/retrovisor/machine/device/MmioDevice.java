package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.Stateful;

/**
 * A device with registers in the physical address space. Called on the machine's thread only, and only between the
 * board's reset and its end. Never throws for anything that a guest does: an access that means nothing reads as zero
 * and is ignored when written.
 */
public interface MmioDevice extends Stateful {
    /** Reads a register. {@code sizeBytes} is 1, 2, 4 or 8; the access is aligned and inside the device's window. */
    long read(long offset, int sizeBytes);

    /** Writes a register; upper bytes of {@code value} beyond the size are garbage. */
    void write(long offset, int sizeBytes, long value);

    /** Puts the device into its power-on state. */
    void reset();
}
