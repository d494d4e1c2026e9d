package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One thread as the scheduler knows it, and by its leader the process. Every answer is read when asked for, numbers are
 * those of the initial namespaces. Reads throw {@link MemoryFault} where the structure is broken.
 */
public final class Task {
    private static final int MOST_THREADS = 1 << 16;

    // include/linux/sched.h, "Per process flags": macros, so the kernel's types do not have them.
    private static final long PF_WQ_WORKER = 0x0000_0020;
    private static final long PF_KTHREAD = 0x0020_0000;

    // The same, "Used in tsk->__state" and "tsk->exit_state".
    private static final int REPORTED_STATES = 0x7f;
    private static final int TASK_IDLE = 0x402;
    private static final int TASK_RTLOCK_WAIT = 0x1000;
    private static final int TASK_FROZEN = 0x8000;
    private static final String STATE_LETTERS = "RSDTtXZPI";
    private static final int STATE_DISK_SLEEP = 2;
    private static final int STATE_IDLE = 8;

    private static final int SIGNAL_GROUP_EXIT = 4;

    private final KernelView kernel;
    private final KernelObject object;

    /** @param object a task_struct */
    public Task(KernelView kernel, KernelObject object) {
        this.kernel = kernel;
        this.object = object;
    }

    public KernelView kernel() {
        return kernel;
    }

    /** The task_struct. */
    public KernelObject object() {
        return object;
    }

    public long address() {
        return object.address();
    }

    /** The thread's own number. */
    public int pid() {
        return object.getInt("pid");
    }

    /** The number of the process: that of its first thread. */
    public int tgid() {
        return object.getInt("tgid");
    }

    public boolean isLeader() {
        return pid() == tgid();
    }

    /** The parent process; 0 for what the kernel itself started. */
    public int ppid() {
        return object.follow("real_parent").map(parent -> parent.getInt("tgid")).orElse(0);
    }

    /** The name as the kernel keeps it, of at most 15 bytes; {@link KernelThreads#name} knows longer ones. */
    public String comm() {
        return object.text("comm");
    }

    /** The name that {@code ps} shows: that of a thread of the kernel in full. */
    public String name() {
        return isKernelThread() ? KernelThreads.name(this) : comm();
    }

    /** The letter in {@code /proc/PID/stat}: R, S, D, T, t, X, Z, P or I. */
    public char state() {
        return stateLetter(object.getInt("__state"), object.getInt("exit_state"));
    }

    /** The same of values that were read before. */
    public static char stateLetter(int state, int exitState) {
        int reported = (state | exitState) & REPORTED_STATES;
        int index = 32 - Integer.numberOfLeadingZeros(reported);
        if ((state & TASK_IDLE) == TASK_IDLE) {
            index = STATE_IDLE;
        }
        if ((state & (TASK_RTLOCK_WAIT | TASK_FROZEN)) != 0) {
            index = STATE_DISK_SLEEP;
        }
        return STATE_LETTERS.charAt(index);
    }

    /** The processor it runs on or ran on last, as Linux counts them. */
    public int cpu() {
        return object.getInt("thread_info.cpu");
    }

    /** Whether a processor runs it now. */
    public boolean isOnCpu() {
        return object.get("on_cpu", 0) != 0;
    }

    public int uid() {
        return object.to("real_cred").getInt("uid");
    }

    public int euid() {
        return object.to("real_cred").getInt("euid");
    }

    public int gid() {
        return object.to("real_cred").getInt("gid");
    }

    public int egid() {
        return object.to("real_cred").getInt("egid");
    }

    /** The {@code PF_} bits. */
    public long flags() {
        return object.get("flags");
    }

    public boolean isKernelThread() {
        return (flags() & PF_KTHREAD) != 0;
    }

    boolean isWorker() {
        return (flags() & PF_WQ_WORKER) != 0;
    }

    /** The mm_struct: what the process has mapped. Threads of the kernel and dead processes have none. */
    public Optional<KernelObject> mm() {
        return isKernelThread() ? Optional.empty() : object.follow("mm");
    }

    /** Its memory; empty for threads of the kernel and the dead. */
    public Optional<UserMemory> memory() {
        return mm().map(mm -> new UserMemory(kernel, mm));
    }

    /** When it started, in the guest's nanoseconds since boot. */
    public long startNanos() {
        return object.get("start_boottime");
    }

    /** How it ended, as {@code wait} encodes it; 0 while it runs. */
    public int exitCode() {
        KernelObject signal = object.to("signal");
        return (signal.get("flags") & SIGNAL_GROUP_EXIT) != 0
                ? signal.getInt("group_exit_code")
                : object.getInt("exit_code");
    }

    /** How many threads the process has. */
    public int threadCount() {
        return object.follow("signal")
                .map(signal -> signal.getInt("nr_threads"))
                .orElse(1);
    }

    /** The threads of its process, the first one first; lazily. */
    public Stream<Task> threads() {
        return kernel.tolerate("threads", () -> object.to("signal").addressOf("thread_head")).stream()
                .flatMap(head -> kernel.list(head, "task_struct", "thread_node", MOST_THREADS))
                .map(thread -> new Task(kernel, thread))
                .filter(Tasks::isPlausible);
    }

    public Optional<Task> parent() {
        return object.follow("real_parent").map(parent -> new Task(kernel, parent));
    }

    /** What it was started with. */
    public CommandLine commandLine() {
        return new CommandLine(this);
    }

    public Namespaces namespaces() {
        return Namespaces.of(this);
    }

    /** Its cgroup in the unified hierarchy, from its root, such as {@code /system.slice/ssh.service}. */
    public String cgroup() {
        return Cgroups.path(kernel, object.to("cgroups").to("dfl_cgrp"));
    }

    /** What a walk calls it when it notes something broken. */
    String label() {
        return "task at 0x%x".formatted(address());
    }

    @Override
    public String toString() {
        return label();
    }
}
