package dev.retrovisor.introspect.syscall;

/** How the values of one type are written. Kinds are made once, when the tables are read, and keep nothing of a call. */
interface Kind {
    /** When a value has to be looked at. */
    enum Phase {
        /** The register says it all: whenever someone asks. */
        ANY,
        /** Something of the guest's that may be gone soon: when the call is made. */
        ENTRY,
        /** What the kernel fills in: when it returns. */
        EXIT,
        /** Both. */
        BOTH
    }

    /** What a value takes in memory; 0 if it only comes in registers. */
    int sizeBytes();

    /** Where it begins in a structure is a multiple of this. */
    default int alignmentBytes() {
        return sizeBytes();
    }

    /** Whether it is written behind an equals sign when a pointer leads to it, without brackets of its own. */
    default boolean hasBrackets() {
        return false;
    }

    default Phase phase() {
        return Phase.ENTRY;
    }

    /** Writes a value that a register or a member holds. */
    void write(CallText out, long value);

    /** Looks at what a register leads to, to be written later. */
    default Seen see(CallText out, long value) {
        write(out, value);
        return new Seen.Words(out.take());
    }

    /** Writes a value that lies in the caller's memory. */
    default void writeAt(CallText out, long address) {
        write(out, out.read(address, sizeBytes()));
    }

    /** For {@link Phase#BOTH}: writes a value when the call has returned, given what was written when it was made. */
    default void writeAgain(CallText out, long value, String before) {
        out.text().append(before);
    }
}
