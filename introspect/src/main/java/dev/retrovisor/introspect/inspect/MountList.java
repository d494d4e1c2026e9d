package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.FileDescription;
import dev.retrovisor.introspect.linux.Mounts;
import java.util.stream.Stream;

/** What is mounted where. */
final class MountList implements Inspection<MountList.Row> {
    /**
     * @param namespace number of the mount namespace
     * @param device of the file system: major and minor number
     * @param root what of the file system is mounted
     * @param propagation peer groups, such as {@code shared:1}
     * @param fileSystemOptions those that every file system has; its own are not decoded
     */
    record Row(
            long namespace,
            int id,
            int parent,
            String device,
            String root,
            String mountPoint,
            String options,
            String propagation,
            String type,
            String source,
            String fileSystemOptions) {}

    @Override
    public String name() {
        return "mountinfo";
    }

    @Override
    public String summary() {
        return "what is mounted where, in each mount namespace";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return new Mounts(kernel)
                .all()
                .filter(mount -> scope.pid() == Scope.ALL
                        || scope.processes(kernel)
                                .anyMatch(task -> kernel.tolerate(
                                                name(), () -> task.namespaces().mnt())
                                        .filter(number -> number == mount.namespace())
                                        .isPresent()))
                .map(MountList::row);
    }

    private static Row row(Mounts.Mount mount) {
        return new Row(
                mount.namespace(),
                mount.id(),
                mount.parentId(),
                FileDescription.major(mount.device()) + ":" + FileDescription.minor(mount.device()),
                mount.root(),
                mount.mountPoint(),
                mount.options(),
                mount.propagation(),
                mount.type(),
                mount.source(),
                mount.fileSystemOptions());
    }
}
