package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Task;
import java.util.stream.Stream;

/** Which processes there are. */
final class ProcessList implements Inspection<ProcessList.Row> {
    /**
     * @param state the letter in {@code /proc/PID/stat}
     * @param kind {@code user}, {@code kernel} for threads of the kernel
     * @param startNanos since boot
     * @param exitCode as {@code wait} encodes it
     */
    record Row(
            int pid,
            int ppid,
            String name,
            char state,
            int uid,
            int gid,
            int threads,
            int cpu,
            Kind kind,
            @Column(Column.Style.NANOS) long startNanos,
            int exitCode,
            @Column(Column.Style.HEX) long task) {}

    enum Kind {
        USER,
        KERNEL
    }

    @Override
    public String name() {
        return "pslist";
    }

    @Override
    public String summary() {
        return "processes: number, parent, name, state, owner, threads, start";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return scope.processes(kernel).flatMap(task -> kernel.tolerate(name(), () -> row(task)).stream());
    }

    private static Row row(Task task) {
        return new Row(
                task.pid(),
                task.ppid(),
                task.name(),
                task.state(),
                task.uid(),
                task.gid(),
                task.threadCount(),
                task.cpu(),
                task.isKernelThread() ? Kind.KERNEL : Kind.USER,
                task.startNanos(),
                task.exitCode(),
                task.address());
    }
}
