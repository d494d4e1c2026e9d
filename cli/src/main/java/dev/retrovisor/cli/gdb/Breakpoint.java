package dev.retrovisor.cli.gdb;

/**
 * Where gdb wants the target to stop.
 *
 * @param lengthBytes watched; of a breakpoint the instruction's, which does not matter
 */
record Breakpoint(Kind kind, long address, int lengthBytes) {
    /** In the order of their numbers in packets, with the word in the reply that says one was met. */
    enum Kind {
        SOFTWARE("swbreak"),
        HARDWARE("hwbreak"),
        WRITE("watch"),
        READ("rwatch"),
        ACCESS("awatch");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    boolean isWatchpoint() {
        return switch (kind) {
            case WRITE, READ, ACCESS -> true;
            case SOFTWARE, HARDWARE -> false;
        };
    }
}
