package dev.retrovisor.machine.disk;

/**
 * The immutable content under a disk: always the same bytes at the same offset, whoever reads and whenever. The host
 * side implements it over a file named by its content hash.
 */
public interface DiskImage {
    /** Size in bytes, a multiple of 512. */
    long sizeBytes();

    /** Copies {@code lengthBytes} bytes from {@code offsetBytes}; the range lies inside the image. */
    void read(long offsetBytes, byte[] target, int targetOffset, int lengthBytes);
}
