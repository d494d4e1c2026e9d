package dev.retrovisor.introspect.event;

/**
 * When something happened in the guest and who did it.
 *
 * @param step steps made before
 * @param pid the process (Linux: tgid), in the initial namespace
 * @param tid the thread (Linux: pid)
 * @param comm the thread's name, raw
 */
public record Moment(long step, long virtualNanos, int hart, int pid, int tid, String comm) {}
