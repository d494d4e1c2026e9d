package dev.retrovisor.machine.disk;

/**
 * Where a disk's overlay keeps its pages of 4 KiB: in memory, or in a file that the host side provides. Slots are
 * numbered from 0 and used densely; a slot is written before it is read.
 */
public interface PageStorage extends AutoCloseable {
    void read(int slot, byte[] target, int targetOffset);

    void write(int slot, byte[] source, int sourceOffset);

    /** Says that no slot is in use any more. */
    void clear();

    @Override
    void close();
}
