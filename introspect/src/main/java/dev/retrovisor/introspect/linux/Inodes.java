package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The inodes that the kernel has in memory, by file system, and names for them. */
public final class Inodes {
    private static final int MOST_FILE_SYSTEMS = 1 << 16;
    private static final int MOST_INODES = 1 << 24;
    private static final int MOST_NAMES = 1 << 16;

    private final KernelView kernel;
    private final Paths paths;
    private final long initialMounts;
    private final Map<Long, Optional<KernelObject>> mounts = new HashMap<>();

    public Inodes(KernelView kernel) {
        this.kernel = kernel;
        paths = new Paths(kernel);
        initialMounts = kernel.tolerate(
                        "mounts",
                        () -> kernel.global("init_task", "task_struct")
                                .to("nsproxy")
                                .get("mnt_ns"))
                .orElse(0L);
    }

    /** All file systems that are set up ({@code super_block}). */
    public Stream<KernelObject> fileSystems() {
        return kernel.list(kernel.symbols().address("super_blocks"), "super_block", "s_list", MOST_FILE_SYSTEMS);
    }

    /** The inodes of one file system. */
    public Stream<KernelObject> of(KernelObject fileSystem) {
        return kernel.list(fileSystem.addressOf("s_inodes"), "inode", "i_sb_list", MOST_INODES);
    }

    /** The name of an inode from the root of its file system; empty if it has none at hand. */
    public String nameWithin(KernelObject inode) {
        return dentry(inode).map(dentry -> nameWithin(inode.to("i_sb"), dentry)).orElse("");
    }

    private String nameWithin(KernelObject fileSystem, KernelObject dentry) {
        // What was never in a directory, such as a segment of shared memory, is a root of its own.
        boolean isAlone = dentry.get("d_parent") == dentry.address() && fileSystem.get("s_root") != dentry.address();
        return isAlone
                ? "/" + paths.lastName(dentry)
                : paths.withinFileSystem(dentry).toString();
    }

    /** The path of an inode through a mount of its file system; as {@link #nameWithin} if that is not mounted. */
    public String path(KernelObject inode) {
        Optional<KernelObject> dentry = dentry(inode);
        Optional<KernelObject> mount = mount(inode.to("i_sb"));
        if (dentry.isEmpty() || mount.isEmpty()) {
            return nameWithin(inode);
        }
        return paths.through(mount.get(), dentry.get()).toString();
    }

    /** One of the names that an inode has. */
    private Optional<KernelObject> dentry(KernelObject inode) {
        // Before Linux 7 it lies in a union with a name.
        String alias = kernel.types().struct("dentry").find("d_alias").isPresent() ? "d_alias" : "d_u.d_alias";
        return kernel.hlist(inode.addressOf("i_dentry"), "dentry", alias, MOST_NAMES)
                .findFirst();
    }

    private Stream<KernelObject> mounts(KernelObject fileSystem) {
        if (kernel.types().struct("mount").find("mnt_instance").isPresent()) {
            return kernel.list(fileSystem.addressOf("s_mounts"), "mount", "mnt_instance", MOST_NAMES);
        }
        // Linux 7 chains them by plain pointers.
        return kernel.walk(
                        "mounts of a file system",
                        MOST_NAMES,
                        () -> fileSystem.get("s_mounts"),
                        mount -> kernel.object("mount", mount).get("mnt_next_for_sb"),
                        mount -> mount == 0)
                .map(mount -> kernel.object("mount", mount));
    }

    /** Where a whole file system is mounted: in the initial namespace if it is there. */
    private Optional<KernelObject> mount(KernelObject fileSystem) {
        return mounts.computeIfAbsent(fileSystem.address(), _ -> {
            var whole = mounts(fileSystem)
                    .filter(mount -> mount.get("mnt.mnt_root") == fileSystem.get("s_root"))
                    .toList();
            return whole.stream()
                    .filter(mount -> mount.get("mnt_ns") == initialMounts)
                    .findFirst()
                    .or(() -> whole.stream()
                            .filter(mount -> mount.get("mnt_ns") != 0)
                            .findFirst());
        });
    }
}
