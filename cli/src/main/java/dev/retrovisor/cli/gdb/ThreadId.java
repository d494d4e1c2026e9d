package dev.retrovisor.cli.gdb;

/**
 * A thread in a packet: {@code 1f}, or {@code p7f.81} with the process.
 *
 * @param number {@link #ALL}, {@link #ANY} or the thread's own
 */
record ThreadId(long number) {
    static final long ALL = -1;
    static final long ANY = 0;

    private static final int MOST = Integer.MAX_VALUE;

    static ThreadId parse(String text) {
        String thread = text;
        if (text.startsWith("p")) {
            int dot = text.indexOf('.');
            if (dot < 0) {
                return new ThreadId(ALL);
            }
            thread = text.substring(dot + 1);
        }
        return new ThreadId(thread.equals("-1") ? ALL : Hex.number(thread, MOST));
    }

    boolean isOne() {
        return number > 0;
    }
}
