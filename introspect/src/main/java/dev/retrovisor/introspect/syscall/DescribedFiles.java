package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.CText;
import dev.retrovisor.introspect.linux.FileDescription;
import dev.retrovisor.introspect.linux.OpenFiles;
import dev.retrovisor.introspect.linux.Paths;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashMap;
import java.util.Map;

/**
 * Callers' files as the kernel's structures describe them at the moment. What was described is kept and used again as long as
 * nothing that it depends on has changed ({@link FilePrints}).
 */
final class DescribedFiles implements CallFiles {
    private static final int MOST_KEPT = 4096;

    private record Kept(long print, String text) {}

    private final KernelView kernel;
    private final OpenFiles files;
    private final FilePrints prints;
    private final int taskFs;
    private final int fsMount;
    private final int fsDentry;
    private final LinearMemory memory;
    private final Map<Long, Kept> described = new HashMap<>();
    private final Map<Long, Kept> directories = new HashMap<>();

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
    public String annotation(long task, int fd) {
        try {
            long file = prints.file(task, fd);
            return file == 0 ? "" : annotation(file);
        } catch (MemoryFault e) {
            kernel.damage().note("files", e.getMessage());
            return "";
        }
    }

    private String annotation(long file) {
        long print = prints.ofFile(file);
        Kept kept = described.get(file);
        if (kept != null && kept.print() == print) {
            return kept.text();
        }
        FileDescription description = files.describe(kernel.object("file", file));
        if (description.detail().isEmpty()) {
            keep(described, file, new Kept(print, description.annotation()));
        }
        return description.annotation();
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
        Kept kept = directories.get(dentry);
        if (kept != null && kept.print() == print) {
            return kept.text();
        }
        Paths.Path path = files.paths()
                .of(kernel.object("task_struct", task).to("fs").in("pwd"));
        String name = "<" + CText.inBrackets(path.text()) + ">";
        String text = path.deleted() ? name + "(deleted)" : name;
        keep(directories, dentry, new Kept(print, text));
        return text;
    }

    private static void keep(Map<Long, Kept> texts, long address, Kept text) {
        if (texts.size() >= MOST_KEPT) {
            texts.clear();
        }
        texts.put(address, text);
    }
}
