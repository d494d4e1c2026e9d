package dev.retrovisor.introspect.memory;

/** The guest has no readable memory at an address: a wild pointer, a torn structure, a page that is not there. */
public final class MemoryFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long address;

    public MemoryFault(long address, String reason) {
        super("0x%x: %s".formatted(address, reason), null, false, false);
        this.address = address;
    }

    /** The virtual address that could not be read. */
    public long address() {
        return address;
    }
}
