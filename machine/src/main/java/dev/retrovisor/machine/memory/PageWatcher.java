package dev.retrovisor.machine.memory;

/** Is told when books kept about RAM pages elsewhere (translated code, TLB tags, reservations) must follow. */
public interface PageWatcher {
    /** Bytes of a page that holds translated code are about to be written. */
    void codeWritten(int page, int offset, int lengthBytes);

    /** Bytes of a page that holds page tables are about to be written. */
    void tableWritten(int page, long physicalAddress, int lengthBytes);

    /** The page at {@code hostAddress} must not be written through TLB entries of number {@code entry} from now on. */
    void forbidDirectWrites(long hostAddress, int entry);

    /** The page at {@code hostAddress} must not be written through any TLB entry from now on. */
    void forbidDirectWrites(long hostAddress);

    /** No page may be written through any TLB entry until it was asked for again. */
    void forbidAllDirectWrites();

    /** A device is about to write bytes, some of them to pages whose writes are probed. */
    void probedByDevice(long physicalAddress, byte[] source, int offset, int lengthBytes);

    /** A device wrote memory. */
    void writtenByDevice();

    /** All of memory was put back to zeros. */
    void cleared();
}
