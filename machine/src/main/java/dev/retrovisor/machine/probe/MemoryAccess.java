package dev.retrovisor.machine.probe;

/**
 * One access to RAM, of at most 8 bytes inside one page. Longer ones, and those that cross into another page, come in
 * pieces in the order of addresses; of a transfer by a device only the pieces that touch the range. An atomic
 * read-modify-write is a read and a write.
 *
 * @param hart its number, or {@link #NONE} for a device
 * @param step machine time when the step began in which it happens
 * @param pc address of the instruction, or 0 for a device
 * @param virtualAddress as the instruction had it; for a page walk the one being translated; 0 for a device
 * @param before what memory holds, zero-extended
 * @param after what it will hold, zero-extended; the same as {@code before} if it is a read
 */
public record MemoryAccess(
        Kind kind,
        Agent agent,
        int hart,
        long step,
        long pc,
        long virtualAddress,
        long physicalAddress,
        int sizeBytes,
        long before,
        long after) {
    public static final int NONE = -1;

    /** What is done. */
    public enum Kind {
        READ,
        WRITE
    }

    /** Who does it. */
    public enum Agent {
        /** A hart's load, store, atomic or cache-block instruction. */
        INSTRUCTION,
        /** A hart's page walk, which sets accessed and dirty bits; its reads are not reported. */
        PAGE_WALK,
        /** A device, or the built-in firmware; their reads are not reported. */
        DEVICE
    }
}
