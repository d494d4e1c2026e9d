package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;

/**
 * The namespaces of a task, each by the inode number that {@code /proc/PID/ns} shows; 0 where there is none, as for
 * the dead.
 */
public record Namespaces(long cgroup, long ipc, long mnt, long net, long pid, long time, long user, long uts) {
    static Namespaces of(Task task) {
        KernelObject object = task.object();
        var proxy = object.follow("nsproxy");
        return new Namespaces(
                proxy.map(p -> number(p, "cgroup_ns")).orElse(0L),
                proxy.map(p -> number(p, "ipc_ns")).orElse(0L),
                proxy.map(p -> number(p, "mnt_ns")).orElse(0L),
                proxy.map(p -> number(p, "net_ns")).orElse(0L),
                object.follow("thread_pid")
                        .map(pid -> innermost(task.kernel(), pid))
                        .orElse(0L),
                proxy.map(p -> number(p, "time_ns")).orElse(0L),
                number(object.to("real_cred"), "user_ns"),
                proxy.map(p -> number(p, "uts_ns")).orElse(0L));
    }

    private static long number(KernelObject owner, String member) {
        return owner.has(member)
                ? owner.follow(member).map(space -> space.get("ns.inum")).orElse(0L)
                : 0;
    }

    /** The namespace at the deepest level at which a struct pid has a number. */
    private static long innermost(KernelView kernel, KernelObject pid) {
        long upidBytes = kernel.types().struct("upid").sizeBytes();
        long deepest = pid.addressOf("numbers") + pid.get("level") * upidBytes;
        return number(kernel.object("upid", deepest), "ns");
    }
}
