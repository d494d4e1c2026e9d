package dev.retrovisor.introspect.process;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.GuestEvent;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.process.ProcessEvent.Forked.Kind;
import dev.retrovisor.introspect.tracepoint.TracepointHit;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The {@code process} stream: processes and threads that begin, execute programs, change their names and end. */
public final class ProcessStream implements EventStream {
    // include/uapi/linux/sched.h
    private static final long CLONE_VFORK = 0x4000;
    private static final long CLONE_THREAD = 0x1_0000;

    private static final int LONGEST_PATH = 4096;
    private static final int LONGEST_NAME = 16;

    private static final int SIGNAL_BITS = 0x7f;
    private static final int CORE_BIT = 0x80;

    @Override
    public String name() {
        return "process";
    }

    @Override
    public String summary() {
        return "processes and threads that begin, execute programs, change names and end";
    }

    @Override
    public List<Class<? extends GuestEvent>> eventTypes() {
        return List.of(
                ProcessEvent.Forked.class,
                ProcessEvent.Executed.class,
                ProcessEvent.Exited.class,
                ProcessEvent.Renamed.class,
                ProcessEvent.Reaped.class);
    }

    @Override
    public List<String> eventWords() {
        return List.of("fork", "exec", "exit", "rename", "reap");
    }

    @Override
    public void watch(Watch watch) {
        Tracepoints tracepoints = Tracepoints.of(watch.kernel());
        tracepoints.attach(watch, "task_newtask", hit -> forked(watch, hit));
        tracepoints.attach(watch, "sched_process_exec", hit -> executed(watch, hit));
        // The count of living threads falls before a thread tells of its end: several may find that none is left.
        Set<Long> ended = new HashSet<>();
        tracepoints.attach(watch, "sched_process_exit", hit -> exited(watch, hit, ended));
        tracepoints.attach(watch, "task_rename", hit -> renamed(watch, hit));
        // sched_process_free comes only when nobody can look at the task any more.
        watch.onFunction("release_task", hart -> {
            KernelObject task = watch.kernel().object("task_struct", watch.argument(hart, 0));
            if (task.getInt("pid") == task.getInt("tgid")) {
                ended.remove(task.get("signal"));
            }
            watch.emit(new ProcessEvent.Reaped(
                    watch.now(hart), task.getInt("tgid"), task.getInt("pid"), task.text("comm")));
        });
    }

    private static void forked(Watch watch, TracepointHit hit) {
        var child = new Task(watch.kernel(), hit.object(0, "task_struct"));
        long flags = hit.argument(1);
        Kind kind = child.isKernelThread()
                ? Kind.KERNEL_THREAD
                : (flags & CLONE_THREAD) != 0 ? Kind.THREAD : (flags & CLONE_VFORK) != 0 ? Kind.VFORK : Kind.PROCESS;
        watch.emit(new ProcessEvent.Forked(watch.now(hit.hart()), kind, child.tgid(), child.pid(), flags));
    }

    private static void executed(Watch watch, TracepointHit hit) {
        var task = new Task(watch.kernel(), hit.object(0, "task_struct"));
        KernelObject program = hit.object(2, "linux_binprm");
        watch.emit(new ProcessEvent.Executed(
                watch.now(hit.hart()),
                program.pointedText("filename", LONGEST_PATH),
                program.pointedText("interp", LONGEST_PATH),
                task.commandLine().arguments()));
    }

    private static void exited(Watch watch, TracepointHit hit, Set<Long> ended) {
        KernelObject task = hit.object(0, "task_struct");
        int status = task.getInt("exit_code");
        watch.emit(new ProcessEvent.Exited(
                watch.moment(hit.hart(), task),
                status >>> 8 & 0xff,
                status & SIGNAL_BITS,
                (status & CORE_BIT) != 0,
                task.to("signal").getInt("live") == 0 && ended.add(task.get("signal"))));
    }

    private static void renamed(Watch watch, TracepointHit hit) {
        KernelObject task = hit.object(0, "task_struct");
        String oldName = task.text("comm");
        String newName = task.space().readString(hit.argument(1), LONGEST_NAME - 1);
        if (!newName.equals(oldName)) {
            watch.emit(new ProcessEvent.Renamed(
                    watch.now(hit.hart()), task.getInt("tgid"), task.getInt("pid"), oldName, newName));
        }
    }
}
