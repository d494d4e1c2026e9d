package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.memory.MemoryFault;

/** What threads of the kernel are called: their 15 bytes of name are too short for many. */
public final class KernelThreads {
    private static final int MOST_NAME_BYTES = 63;

    private KernelThreads() {}

    /**
     * The name that {@code ps} shows: the full one that the thread was made with, and for a worker what it last worked on
     * ({@code -} before it) or works on now ({@code +}). Where that cannot be read, the short one.
     */
    public static String name(Task task) {
        return task.kernel().tolerate("kernel threads", () -> fullName(task)).orElseGet(task::comm);
    }

    private static String fullName(Task task) {
        // set_kthread_struct: worker_private, and set_child_tid before 5.17.
        long kthreadAddress = task.object().get("worker_private", 0);
        if (kthreadAddress == 0) {
            return task.comm();
        }
        KernelObject kthread = task.kernel().object("kthread", kthreadAddress);
        if (task.isWorker()) {
            return workerName(task, kthread);
        }
        String full = kthread.has("full_name") ? kthread.pointedText("full_name", MOST_NAME_BYTES) : "";
        return full.isEmpty() ? task.comm() : full;
    }

    private static String workerName(Task task, KernelObject kthread) {
        KernelObject worker = task.kernel().object("worker", kthread.get("data"));
        if (worker.get("task") != task.address()) {
            throw new MemoryFault(worker.address(), "the worker is of another task");
        }
        String name = workerNumber(worker);
        String description = worker.text("desc");
        if (description.isEmpty() || worker.get("pool") == 0) {
            return name;
        }
        return cut(name + (worker.get("current_work") != 0 ? "+" : "-") + description);
    }

    private static String workerNumber(KernelObject worker) {
        if (worker.get("rescue_wq") != 0) {
            return cut("kworker/R-" + worker.to("rescue_wq").text("name"));
        }
        if (worker.get("pool") == 0) {
            return "kworker/dying";
        }
        KernelObject pool = worker.to("pool");
        int cpu = pool.getInt("cpu");
        if (cpu < 0) {
            return "kworker/u%d:%d".formatted(pool.getInt("id"), worker.getInt("id"));
        }
        boolean isEager = pool.to("attrs").getInt("nice") < 0;
        return "kworker/%d:%d%s".formatted(cpu, worker.getInt("id"), isEager ? "H" : "");
    }

    private static String cut(String name) {
        return name.length() > MOST_NAME_BYTES ? name.substring(0, MOST_NAME_BYTES) : name;
    }
}
