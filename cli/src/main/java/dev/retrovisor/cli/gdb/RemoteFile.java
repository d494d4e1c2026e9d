package dev.retrovisor.cli.gdb;

import java.util.Arrays;

/** A file that gdb reads through the connection. */
interface RemoteFile {
    long sizeBytes();

    /**
     * Reads from an offset inside the file.
     *
     * @return at least one byte, at most so many; empty if there is nothing to be had there
     */
    byte[] read(long offset, int mostBytes);

    /** A file that is all in memory. */
    static RemoteFile of(byte[] content) {
        return new RemoteFile() {
            @Override
            public long sizeBytes() {
                return content.length;
            }

            @Override
            public byte[] read(long offset, int mostBytes) {
                int from = (int) offset;
                return Arrays.copyOfRange(content, from, Math.min(content.length - from, mostBytes) + from);
            }
        };
    }
}
