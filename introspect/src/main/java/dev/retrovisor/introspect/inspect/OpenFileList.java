package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.FileDescription;
import dev.retrovisor.introspect.linux.Holders;
import dev.retrovisor.introspect.linux.OpenFiles;
import dev.retrovisor.introspect.linux.Task;
import java.util.stream.Stream;

/** Which files processes have open. */
final class OpenFileList implements Inspection<OpenFileList.Row> {
    /**
     * @param tid a thread's number where it has files of its own, the process's as a rule
     * @param device of the file system, or of the device that the file stands for: major and minor number
     * @param flags as open has them
     * @param path as {@code /proc/PID/fd} has it; what a socket or an event counter is stands behind it
     */
    record Row(
            int pid,
            int tid,
            String name,
            int fd,
            String type,
            String device,
            @Column(Column.Style.BYTES) long sizeBytes,
            long inode,
            long position,
            @Column(Column.Style.OCTAL) int flags,
            boolean closeOnExec,
            String path) {}

    @Override
    public String name() {
        return "lsof";
    }

    @Override
    public String summary() {
        return "files that processes have open";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        var files = new OpenFiles(kernel);
        return scope.processes(kernel)
                .flatMap(process -> Holders.tables(kernel, process)
                        .flatMap(thread -> files.all(thread.object())
                                .flatMap(entry -> kernel
                                        .tolerate(
                                                name(), () -> row(process, thread, entry, files.describe(entry.file())))
                                        .stream())));
    }

    private static Row row(Task process, Task thread, OpenFiles.Descriptor entry, FileDescription file) {
        boolean isDevice = file.kind() == FileDescription.Kind.CHARACTER || file.kind() == FileDescription.Kind.BLOCK;
        long device = isDevice ? file.deviceNumber() : file.device();
        String more = file.socket()
                .map(socket -> " " + socket.text())
                .orElse(file.detail().isEmpty() ? "" : " " + file.detail());
        return new Row(
                process.pid(),
                thread.pid(),
                process.name(),
                entry.fd(),
                file.kind().word(),
                FileDescription.major(device) + ":" + FileDescription.minor(device),
                file.sizeBytes(),
                file.inode(),
                file.positionBytes(),
                file.flags(),
                entry.closeOnExec(),
                file.path() + more);
    }
}
