package dev.retrovisor.traces;

/** The name of a stored page in a process: which of a store's files of pages, and where in it. */
final class PageName {
    static final long MAX_OFFSET = (1L << 44) - 1;

    private static final int FILE_SHIFT = 44;

    private PageName() {}

    /** @param file number of the file among those that the store has opened */
    static long of(int file, long offset) {
        return (long) file << FILE_SHIFT | offset;
    }

    static int file(long name) {
        return (int) (name >> FILE_SHIFT);
    }

    static long offset(long name) {
        return name & MAX_OFFSET;
    }

    /** Whether it names a record: neither zeros nor an absent page. */
    static boolean isRecord(long name) {
        return name > PageMap.ZEROS;
    }
}
