package dev.retrovisor.traces;

/** What a block of a log holds; the code stands in its header. */
enum BlockKind {
    /** Block 0: the SHA-256 of the manifest. */
    START(0),
    /** Entries, or none: then it only says how far the machine has run. */
    DATA(1),
    /** The last block. */
    END(2);

    private final int code;

    BlockKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** The kind with this code, or null. */
    static BlockKind ofCode(int code) {
        return switch (code) {
            case 0 -> START;
            case 1 -> DATA;
            case 2 -> END;
            default -> null;
        };
    }
}
