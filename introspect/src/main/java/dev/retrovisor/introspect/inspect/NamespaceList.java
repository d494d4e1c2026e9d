package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Cgroups;
import dev.retrovisor.introspect.linux.Namespaces;
import dev.retrovisor.introspect.linux.Task;
import java.util.Optional;
import java.util.stream.Stream;

/** In which namespaces, cgroup and container processes live. */
final class NamespaceList implements Inspection<NamespaceList.Row> {
    /**
     * Namespaces by inode number, as {@code /proc/PID/ns} shows them.
     *
     * @param pid in the initial namespace
     * @param cgroup path from the root of the unified hierarchy
     * @param container its id or name, if the cgroup's path is one that a manager of containers makes
     */
    record Row(
            int pid,
            String name,
            Optional<String> container,
            String cgroup,
            long cgroupNamespace,
            long ipcNamespace,
            long mntNamespace,
            long netNamespace,
            long pidNamespace,
            long timeNamespace,
            long userNamespace,
            long utsNamespace) {}

    @Override
    public String name() {
        return "namespaces";
    }

    @Override
    public String summary() {
        return "namespaces, cgroup and container of the processes";
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
        Namespaces in = task.namespaces();
        String cgroup = task.cgroup();
        return new Row(
                task.pid(),
                task.name(),
                Cgroups.container(cgroup),
                cgroup,
                in.cgroup(),
                in.ipc(),
                in.mnt(),
                in.net(),
                in.pid(),
                in.time(),
                in.user(),
                in.uts());
    }
}
