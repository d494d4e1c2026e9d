package dev.retrovisor.benchmarks;

/**
 * One workload, measured once.
 *
 * @param name of the workload
 * @param group the word of its {@link Group}
 * @param checksum what the workload says of its results: the same on every machine
 * @param wallNanos time that passed on the host
 * @param cpuNanos CPU time of the whole process that ran the guest
 * @param steps of the machine, 0 where nobody counts them
 * @param residentKiB memory of that process at the workload's end
 */
record Sample(
        String name, String group, String checksum, long wallNanos, long cpuNanos, long steps, long residentKiB) {}
