package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.CText;
import dev.retrovisor.introspect.linux.FileDescription;
import dev.retrovisor.introspect.linux.OpenFiles;
import dev.retrovisor.introspect.linux.Paths;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Callers' files as the kernel's structures describe them at the moment. What was described is kept and used again as long as
 * nothing that it depends on has changed ({@link FilePrints}).
 */
final class DescribedFiles implements CallFiles {
    private static final int KEPT = 1024;

    private static final int OBJECT_SHIFT = 6;

    private record Kept<T>(long address, long print, T text) {}

    /** What was last described, by address. */
    private static final class Descriptions<T> {
        private final List<Kept<T>> kept = new ArrayList<>(Collections.nCopies(KEPT, null));

        /** What was described at an address if it has the same print still, or null. */
        T find(long address, long print) {
            Kept<T> found = kept.get(slot(address));
            return found != null && found.address == address && found.print == print ? found.text : null;
        }

        void keep(long address, long print, T text) {
            kept.set(slot(address), new Kept<>(address, print, text));
        }

        private static int slot(long address) {
            return (int) (address >>> OBJECT_SHIFT ^ address >>> 2 * OBJECT_SHIFT) & KEPT - 1;
        }
    }

    private final KernelView kernel;
    private final OpenFiles files;
    private final FilePrints prints;
    private final int taskFs;
    private final int fsMount;
    private final int fsDentry;
    private final LinearMemory memory;
    private final Descriptions<FileAnnotation> described = new Descriptions<>();
    private final Descriptions<String> directories = new Descriptions<>();

    DescribedFiles(KernelView kernel) {
        this.kernel = kernel;
        files = new OpenFiles(kernel);
        KernelObject anyTask = kernel.global("init_task", "task_struct");
        KernelObject inLinearMap = anyTask.in("tasks").as("list_head").to("next");
        memory = new LinearMemory(kernel, inLinearMap);
        prints = new FilePrints(kernel, memory);
        taskFs = (int) anyTask.layout().field("fs").offsetBytes();
        fsMount = (int) kernel.types().struct("fs_struct").field("pwd.mnt").offsetBytes();
        fsDentry = (int) kernel.types().struct("fs_struct").field("pwd.dentry").offsetBytes();
    }

    @Override
    public FileAnnotation annotation(long task, int fd) {
        try {
            long file = prints.file(task, fd);
            return file == 0 ? FileAnnotation.NONE : annotation(file);
        } catch (MemoryFault e) {
            kernel.damage().note("files", e.getMessage());
            return FileAnnotation.NONE;
        }
    }

    private FileAnnotation annotation(long file) {
        long print = prints.ofFile(file);
        FileAnnotation known = described.find(file, print);
        if (known != null) {
            return known;
        }
        FileDescription description = files.describe(kernel.object("file", file));
        FileAnnotation annotation = FileAnnotation.of(description.annotation());
        if (description.detail().isEmpty()) {
            described.keep(file, print, annotation);
        }
        return annotation;
    }

    @Override
    public String workingDirectory(long task) {
        try {
            long fs = memory.readLong(task + taskFs);
            return fs == 0 ? "" : directory(task, memory.readLong(fs + fsMount), memory.readLong(fs + fsDentry));
        } catch (MemoryFault e) {
            kernel.damage().note("files", e.getMessage());
            return "";
        }
    }

    private String directory(long task, long mount, long dentry) {
        long print = prints.path(mount, dentry);
        String known = directories.find(dentry, print);
        if (known != null) {
            return known;
        }
        Paths.Path path =
                files.paths().of(kernel.object("task_struct", task).to("fs").in("pwd"));
        String name = "<" + CText.inBrackets(path.text()) + ">";
        String text = path.deleted() ? name + "(deleted)" : name;
        directories.keep(dentry, print, text);
        return text;
    }
}
