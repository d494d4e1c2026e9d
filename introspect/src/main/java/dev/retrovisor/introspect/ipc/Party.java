package dev.retrovisor.introspect.ipc;

/**
 * One end of a transfer: a thread, or something that is none and has process number 0.
 *
 * @param pid the process (Linux: tgid), in the initial namespace
 * @param tid the thread (Linux: pid)
 * @param comm the thread's name, raw
 */
public record Party(int pid, int tid, String comm) {
    /** Whoever sent it had done so when the watch began. */
    public static final Party BEFORE = new Party(0, 0, "before");

    /** The kernel itself, for no process. */
    public static final Party KERNEL = new Party(0, 0, "kernel");

    /** A machine at the other end of a network. */
    public static final Party NETWORK = new Party(0, 0, "network");
}
