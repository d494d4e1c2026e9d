package dev.retrovisor.cli;

/** What a process's end says to scripts; the same for every command. */
public final class ExitCode {
    public static final int GOOD = 0;
    /** The answer is "differs" or "diverged". */
    public static final int DIFFERS = 1;
    /** The user can mend it. */
    public static final int USER_MISTAKE = 2;
    /** A trace, kernel or disk is not what it must be. */
    public static final int BAD_FILE = 3;
    /** The answer is there, and something in the guest's memory was broken: what, is on standard error. */
    public static final int DAMAGED = 4;
    /** Our own bug. */
    public static final int BUG = 70;
    /** Ended by ^C: 128 and the number of SIGINT, as shells have it. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
