package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.Symbol;
import java.util.Optional;

/**
 * Names of files as the kernel itself would give them: from the root of all mounts, as a process that never changed its
 * root sees them in {@code /proc/PID/fd}. Names are raw guest text.
 */
public final class Paths {
    private static final int MOST_NAMES = 4096;
    private static final int MOST_NAME_BYTES = 255;

    /**
     * A file's name.
     *
     * @param text without the kernel's {@code (deleted)}
     */
    public record Path(String text, boolean deleted) {
        /** As the kernel prints it. */
        @Override
        public String toString() {
            return deleted ? text + " (deleted)" : text;
        }
    }

    private final KernelView kernel;

    public Paths(KernelView kernel) {
        this.kernel = kernel;
    }

    /** The name of an open file, a {@code struct file}. */
    public Path ofFile(KernelObject file) {
        return of(file.in("f_path"));
    }

    /** The name of a {@code struct path}. */
    public Path of(KernelObject path) {
        KernelObject dentry = path.to("dentry");
        Optional<String> namer = path.get("mnt") == 0 ? Optional.empty() : dynamicNamer(dentry);
        return namer.isPresent() ? dynamic(namer.get(), dentry) : walked(path.get("mnt"), dentry);
    }

    /** Where a {@code struct mount} is mounted. */
    public Path ofMount(KernelObject mount) {
        return through(mount, mount.to("mnt.mnt_root"));
    }

    /** The name of a dentry that is reached through a {@code struct mount}. */
    public Path through(KernelObject mount, KernelObject dentry) {
        return walked(mount.addressOf("mnt"), dentry);
    }

    /** The name of a dentry within its own file system, from that file system's root. */
    public Path withinFileSystem(KernelObject dentry) {
        return walked(0, dentry);
    }

    /** The last part of a dentry's name. */
    public String lastName(KernelObject dentry) {
        int length = dentry.getInt("d_name.len");
        return dentry.pointedText("d_name.name", Math.clamp(length, 0, MOST_NAME_BYTES));
    }

    private Path walked(long firstMount, KernelObject first) {
        boolean deleted = first.get("d_hash.pprev") == 0 && !isRoot(first);
        var text = new StringBuilder();
        KernelObject dentry = first;
        KernelObject mount =
                firstMount == 0 ? null : kernel.object("vfsmount", firstMount).container("mount", "mnt");
        for (int i = 0; i < MOST_NAMES; i++) {
            if (mount != null && dentry.address() == mount.get("mnt.mnt_root")) {
                KernelObject parent = mount.to("mnt_parent");
                if (parent.address() == mount.address()) {
                    return new Path(text.isEmpty() ? "/" : text.toString(), deleted);
                }
                dentry = mount.to("mnt_mountpoint");
                mount = parent;
            } else if (isRoot(dentry)) {
                return new Path(text.isEmpty() ? "/" : text.toString(), deleted);
            } else {
                text.insert(0, "/" + lastName(dentry));
                dentry = dentry.to("d_parent");
            }
        }
        throw new MemoryFault(first.address(), "a dentry with more than %,d parents".formatted(MOST_NAMES));
    }

    private static boolean isRoot(KernelObject dentry) {
        return dentry.get("d_parent") == dentry.address();
    }

    /** The function that makes up names in this file system, for files that lie in no directory. */
    private Optional<String> dynamicNamer(KernelObject dentry) {
        return dentry.follow("d_op")
                .map(operations -> operations.get("d_dname"))
                .filter(function -> function != 0)
                .map(function -> kernel.symbols().at(function).map(Symbol::name).orElse("?"));
    }

    private Path dynamic(String namer, KernelObject dentry) {
        KernelObject inode = dentry.to("d_inode");
        long number = inode.get("i_ino");
        String text = switch (namer) {
            case "pipefs_dname" -> "pipe:[%d]".formatted(number);
            case "sockfs_dname" -> "socket:[%d]".formatted(number);
            case "anon_inodefs_dname" -> "anon_inode:" + lastName(dentry);
            case "pidfs_dname" -> "anon_inode:[pidfd]";
            case "ns_dname" -> "%s:[%d]".formatted(namespaceName(inode), number);
            default -> "/" + lastName(dentry);
        };
        return new Path(text, namer.equals("simple_dname"));
    }

    private String namespaceName(KernelObject inode) {
        KernelObject namespace = kernel.object("ns_common", inode.get("i_private"));
        return namespace.to("ops").pointedText("name", MOST_NAME_BYTES);
    }
}
