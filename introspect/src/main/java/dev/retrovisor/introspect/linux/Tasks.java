package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** All that the kernel's own lists have of processes and threads. The idle tasks, process 0, are in none of them. */
public final class Tasks {
    /** As many as Linux can number. */
    static final int MOST = 1 << 22;

    private final KernelView kernel;

    public Tasks(KernelView kernel) {
        this.kernel = kernel;
    }

    /** The processes by age, each as its first thread; lazily. */
    public Stream<Task> processes() {
        KernelObject first = kernel.global("init_task", "task_struct");
        return kernel.list(first.addressOf("tasks"), "task_struct", "tasks", MOST)
                .map(task -> new Task(kernel, task))
                .filter(Tasks::isPlausible);
    }

    /** All threads, process by process; lazily. */
    public Stream<Task> threads() {
        return processes().flatMap(Task::threads);
    }

    /** A thread by its number in the initial namespace, the first thread of a process by that of the process. */
    public Optional<Task> withPid(int pid) {
        return kernel.tolerate("process numbers", () -> pidStruct(pid))
                .flatMap(found -> found)
                .flatMap(this::taskOf)
                .filter(Tasks::isPlausible)
                .or(() -> threads().filter(task -> task.pid() == pid).findFirst());
    }

    /** Every thread that has a number in the initial namespace, by number; lazily. */
    public Stream<Task> numbered() {
        return Idr.objects(kernel, numbers(), "pid", MOST).flatMap(pid -> taskOf(pid).stream());
    }

    private KernelObject numbers() {
        return kernel.global("init_pid_ns", "pid_namespace").in("idr");
    }

    private Optional<KernelObject> pidStruct(int pid) {
        OptionalLong found = Idr.find(kernel, numbers(), pid);
        return found.isPresent() ? Optional.of(kernel.object("pid", found.getAsLong())) : Optional.empty();
    }

    /** The thread that has the number; a struct pid outlives its thread as the number of a group or session. */
    private Optional<Task> taskOf(KernelObject pid) {
        return kernel.hlist(pid.addressOf("tasks"), "task_struct", "pid_links", 1)
                .findFirst()
                .map(task -> new Task(kernel, task));
    }

    /** The idle task of a processor; empty before the scheduler is set up. */
    public Optional<Task> idle(int cpu) {
        long runQueue = kernel.perCpu(cpu, "runqueues");
        return kernel.object("rq", runQueue).follow("idle").map(task -> new Task(kernel, task));
    }

    /** Whether this can be a task at all; if not, says so in the view's damage. */
    static boolean isPlausible(Task task) {
        KernelView kernel = task.kernel();
        try {
            int pid = task.pid();
            if (pid > 0 && pid <= MOST && task.tgid() > 0 && task.tgid() <= MOST) {
                return true;
            }
            kernel.damage().note("tasks", "%s has the number %d".formatted(task, pid));
        } catch (MemoryFault e) {
            kernel.damage().note("tasks", e.getMessage());
        }
        return false;
    }
}
