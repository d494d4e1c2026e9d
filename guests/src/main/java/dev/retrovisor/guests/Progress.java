package dev.retrovisor.guests;

/** Hears how far a long step has come. Called from the thread that runs the step, never by two steps at a time. */
public interface Progress {
    /** For callers that don't want to hear. */
    Progress NONE = new Progress() {
        @Override
        public void started(String what, long totalBytesOrMinusOne) {}

        @Override
        public void advanced(long bytes) {}

        @Override
        public void finished() {}
    };

    /** @param totalBytesOrMinusOne the whole step's size, -1 where it is not known beforehand */
    void started(String what, long totalBytesOrMinusOne);

    /** @param bytes how much was done since the last call; what an earlier, interrupted run had done counts too */
    void advanced(long bytes);

    /** The step is over, whether it succeeded or not. */
    void finished();
}
