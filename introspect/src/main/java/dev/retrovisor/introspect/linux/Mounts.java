package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is mounted where, by mount namespace: what {@code /proc/PID/mountinfo} says. */
public final class Mounts {
    private static final int MOST_MOUNTS = 1 << 20;
    private static final int MOST_NAME_BYTES = 4096;
    private static final int MOST_TYPE_BYTES = 64;

    /** A bit and the word for it. */
    private record Word(long bit, String text) {}

    // include/linux/mount.h and fs.h: macros, so the kernel's types do not have them. In mountinfo's order.
    private static final long MNT_READONLY = 0x40;
    private static final List<Word> MOUNT_WORDS = List.of(
            new Word(1, "nosuid"),
            new Word(2, "nodev"),
            new Word(4, "noexec"),
            new Word(8, "noatime"),
            new Word(0x10, "nodiratime"),
            new Word(0x20, "relatime"),
            new Word(0x80, "nosymfollow"));
    private static final long SB_RDONLY = 1;
    private static final List<Word> FILE_SYSTEM_WORDS = List.of(
            new Word(0x10, "sync"), new Word(0x80, "dirsync"), new Word(0x40, "mand"), new Word(1 << 25, "lazytime"));

    /**
     * One mount.
     *
     * @param namespace number of the mount namespace
     * @param device of the file system, as the kernel numbers devices
     * @param root what of the file system is mounted
     * @param mountPoint as a process sees it that never changed its root
     * @param propagation peer groups, such as {@code shared:1}
     * @param fileSystemOptions those that every file system has; its own are not decoded
     * @param object its {@code struct mount}
     */
    public record Mount(
            long namespace,
            int id,
            int parentId,
            long device,
            String root,
            String mountPoint,
            String options,
            String propagation,
            String type,
            String source,
            String fileSystemOptions,
            KernelObject object) {}

    private final KernelView kernel;
    private final Paths paths;

    public Mounts(KernelView kernel) {
        this.kernel = kernel;
        paths = new Paths(kernel);
    }

    /** All mounts of all namespaces that processes live in. */
    public Stream<Mount> all() {
        return NamespaceUsers.of(kernel, "mnt_ns")
                .flatMap(space -> kernel.tolerate("mounts", space::number).stream()
                        .flatMap(number -> objects(space.namespace())
                                .flatMap(mount -> kernel.tolerate("mounts", () -> read(number, mount)).stream())));
    }

    private Stream<KernelObject> objects(KernelObject namespace) {
        // A tree since 6.8, a list before.
        return namespace.has("mounts")
                ? RedBlackTrees.inOrder(kernel, namespace.addressOf("mounts"), "mount", "mnt_node", MOST_MOUNTS)
                : kernel.list(namespace.addressOf("list"), "mount", "mnt_list", MOST_MOUNTS);
    }

    private Mount read(long namespace, KernelObject mount) {
        KernelObject fileSystem = mount.to("mnt.mnt_sb");
        long flags = mount.get("mnt.mnt_flags");
        long superFlags = fileSystem.get("s_flags");
        String subtype = fileSystem.pointedText("s_subtype", MOST_TYPE_BYTES);
        String type = fileSystem.to("s_type").pointedText("name", MOST_TYPE_BYTES);
        return new Mount(
                namespace,
                mount.getInt("mnt_id"),
                mount.to("mnt_parent").getInt("mnt_id"),
                fileSystem.get("s_dev"),
                paths.withinFileSystem(mount.to("mnt.mnt_root")).toString(),
                paths.ofMount(mount).toString(),
                words((flags & MNT_READONLY) != 0, flags, MOUNT_WORDS),
                propagation(mount, flags),
                subtype.isEmpty() ? type : type + "." + subtype,
                mount.pointedText("mnt_devname", MOST_NAME_BYTES),
                words((superFlags & SB_RDONLY) != 0, superFlags, FILE_SYSTEM_WORDS),
                mount);
    }

    private static String words(boolean isReadOnly, long flags, List<Word> words) {
        var text = new StringBuilder(isReadOnly ? "ro" : "rw");
        words.stream()
                .filter(word -> (flags & word.bit()) != 0)
                .forEach(word -> text.append(',').append(word.text()));
        return text.toString();
    }

    private static String propagation(KernelObject mount, long flags) {
        // Since 6.17 these have a word of their own, with other bits.
        boolean isSeparate = mount.has("mnt_t_flags");
        long kinds = isSeparate ? mount.get("mnt_t_flags") : flags >>> 12;
        List<String> words = new ArrayList<>();
        if ((kinds & 1) != 0) {
            words.add("shared:" + mount.get("mnt_group_id"));
        }
        mount.follow("mnt_master").ifPresent(master -> words.add("master:" + master.get("mnt_group_id")));
        if ((kinds & 2) != 0) {
            words.add("unbindable");
        }
        return String.join(" ", words);
    }
}
