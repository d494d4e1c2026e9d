package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.types.StructLayout;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The files that processes have open, and what each of them is. */
public final class OpenFiles {
    /** More than any kernel allows (fs.nr_open is 1 Mi unless raised); a forged table ends here. */
    private static final long MOST_FILES = 1 << 20;

    private static final int MOST_TYPE_BYTES = 64;

    /** One entry of a table of file descriptors. */
    public record Descriptor(int fd, boolean closeOnExec, KernelObject file) {}

    private final KernelView kernel;
    private final StructLayout fileLayout;
    private final Paths paths;
    private final Sockets sockets;

    public OpenFiles(KernelView kernel) {
        this.kernel = kernel;
        fileLayout = kernel.types().struct("file");
        paths = new Paths(kernel);
        sockets = new Sockets(kernel);
    }

    public Paths paths() {
        return paths;
    }

    public Sockets sockets() {
        return sockets;
    }

    /** The {@code struct file} behind a task's file descriptor. */
    public Optional<KernelObject> find(KernelObject task, int fd) {
        return table(task)
                .filter(table -> fd >= 0 && fd < table.get("max_fds"))
                .map(table -> task.space().readLong(table.get("fd") + 8L * fd))
                .filter(file -> file != 0)
                .map(file -> kernel.object("file", file));
    }

    /** All of a task's file descriptors, in order; none for kernel threads and for those that are exiting. */
    public Stream<Descriptor> all(KernelObject task) {
        return kernel.tolerate("files", () -> table(task).map(this::descriptors).orElse(Stream.empty())).stream()
                .flatMap(all -> all);
    }

    private Stream<Descriptor> descriptors(KernelObject table) {
        long files = table.get("fd");
        long closing = table.get("close_on_exec");
        return LongStream.range(0, Math.min(table.get("max_fds"), MOST_FILES))
                .mapToObj(fd -> kernel.tolerate("files", () -> slot(table.space(), files, closing, fd)))
                // A table of which a part is not there is no table.
                .takeWhile(Optional::isPresent)
                .flatMap(slot -> slot.get().stream());
    }

    private Optional<Descriptor> slot(AddressSpace space, long files, long closing, long fd) {
        long file = space.readLong(files + 8 * fd);
        if (file == 0) {
            return Optional.empty();
        }
        if (file > 0 || (file & Long.BYTES - 1) != 0) {
            throw new MemoryFault(files + 8 * fd, "no pointer to a file, so no table of them");
        }
        boolean closeOnExec = (space.readLong(closing + fd / 64 * 8) >>> fd & 1) != 0;
        return Optional.of(
                new Descriptor((int) fd, closeOnExec, new KernelObject(space, kernel.types(), fileLayout, file)));
    }

    private static Optional<KernelObject> table(KernelObject task) {
        return task.follow("files").flatMap(files -> files.follow("fdt"));
    }

    /** What an open file is. */
    public FileDescription describe(KernelObject file) {
        KernelObject inode = file.to("f_inode");
        KernelObject superblock = inode.to("i_sb");
        int mode = inode.getInt("i_mode");
        Paths.Path path = paths.ofFile(file);
        boolean isSocket = mode >>> 12 == 12 && path.text().startsWith("socket:[");
        return new FileDescription(
                file.address(),
                path,
                inode.get("i_ino"),
                superblock.to("s_type").pointedText("name", MOST_TYPE_BYTES),
                superblock.get("s_dev"),
                inode.get("i_rdev"),
                mode,
                file.getInt("f_flags"),
                file.get("f_pos"),
                inode.get("i_size"),
                isSocket ? sockets.ofInode(inode).map(sockets::describe) : Optional.empty(),
                detail(path.text(), file, inode));
    }

    private String detail(String path, KernelObject file, KernelObject inode) {
        return switch (path) {
            case "anon_inode:[pidfd]" -> {
                boolean isFileSystem = inode.to("i_sb")
                        .to("s_type")
                        .pointedText("name", MOST_TYPE_BYTES)
                        .equals("pidfs");
                long pid = isFileSystem ? inode.get("i_private") : file.get("private_data");
                KernelObject numbers = kernel.object("pid", pid);
                yield "pid:"
                        + kernel.object("upid", numbers.addressOf("numbers")).get("nr");
            }
            case "anon_inode:[eventfd]" -> {
                KernelObject context = kernel.object("eventfd_ctx", file.get("private_data"));
                long count = context.get("count");
                yield "{eventfd-count=%s, eventfd-id=%d, eventfd-semaphore=%d}"
                        .formatted(
                                count == 0 ? "0" : "0x" + Long.toHexString(count),
                                context.get("id"),
                                context.get("flags") & 1);
            }
            default -> "";
        };
    }
}
