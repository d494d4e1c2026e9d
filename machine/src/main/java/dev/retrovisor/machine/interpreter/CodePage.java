package dev.retrovisor.machine.interpreter;

/** The decoded instructions of one page of RAM: a slot for each halfword, in the form of {@code Decoder}. */
final class CodePage {
    static final int SLOTS = 2048;

    private final int page;
    private final long[] slots = new long[SLOTS];
    private int drops;

    CodePage(int page) {
        this.page = page;
    }

    /** Index of the page in RAM. */
    int page() {
        return page;
    }

    /** The slots themselves: 0 where nothing is decoded. */
    long[] slots() {
        return slots;
    }

    /** Counts a drop of some slots; how many there were since the last decoding. */
    int countDrop() {
        return ++drops;
    }

    void forgetDrops() {
        drops = 0;
    }
}
