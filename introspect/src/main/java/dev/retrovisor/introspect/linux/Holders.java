package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which processes have what open: an index from inodes to file descriptors, as it is when this is made. */
public final class Holders {
    // include/linux/fs.h, FMODE_READ and FMODE_WRITE.
    private static final long READS = 1;
    private static final long WRITES = 2;

    /** A file descriptor of a process, and what it was opened for. */
    public record Holder(int pid, int fd, boolean reads, boolean writes, KernelObject file) {
        @Override
        public String toString() {
            return pid + "/" + fd;
        }
    }

    private final Map<Long, List<Holder>> byInode = new LinkedHashMap<>();
    private final Map<Long, List<Integer>> byMm = new HashMap<>();

    public Holders(KernelView kernel) {
        var files = new OpenFiles(kernel);
        new Tasks(kernel).processes().forEach(process -> {
            kernel.tolerate("mm of a process", () -> process.mm().orElse(null))
                    .ifPresent(mm -> byMm.computeIfAbsent(mm.address(), _ -> new ArrayList<>())
                            .add(process.pid()));
            tables(kernel, process)
                    .forEach(thread -> files.all(thread.object())
                            .forEach(entry -> kernel.tolerate("files", () -> add(process.pid(), entry))));
        });
    }

    /**
     * The threads of a process that have a table of file descriptors of their own: one, unless somebody called unshare.
     */
    public static Stream<Task> tables(KernelView kernel, Task process) {
        Set<Long> seen = new HashSet<>();
        return process.threads()
                .filter(thread -> kernel.tolerate("files", () -> thread.object().get("files"))
                        .filter(table -> table != 0 && seen.add(table))
                        .isPresent());
    }

    private Holder add(int pid, OpenFiles.Descriptor entry) {
        KernelObject file = entry.file();
        long mode = file.get("f_mode");
        var holder = new Holder(pid, entry.fd(), (mode & READS) != 0, (mode & WRITES) != 0, file);
        byInode.computeIfAbsent(file.get("f_inode"), _ -> new ArrayList<>()).add(holder);
        return holder;
    }

    /** Who has a {@code struct inode} open. */
    public List<Holder> of(long inodeAddress) {
        return byInode.getOrDefault(inodeAddress, List.of());
    }

    /** Who has a {@code struct sock} open. */
    public List<Holder> ofSocket(KernelObject sock) {
        return sock.follow("sk_socket")
                .map(socket -> of(socket.container("socket_alloc", "socket").addressOf("vfs_inode")))
                .orElse(List.of());
    }

    /** Addresses of all inodes that are open, each with one that has it. */
    public Stream<Map.Entry<Long, Holder>> inodes() {
        return byInode.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue().getFirst()));
    }

    /** Processes that use an {@code mm_struct}. */
    public List<Integer> processes(long mmAddress) {
        return byMm.getOrDefault(mmAddress, List.of());
    }

    /** The holders in a line: {@code 127/4 130/5}, process and file descriptor. */
    public static String text(Stream<Holder> holders) {
        return holders.map(Holder::toString).collect(Collectors.joining(" "));
    }
}
