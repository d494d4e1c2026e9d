package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.Vma;
import java.util.stream.Stream;

/** What processes have mapped where: {@code /proc/PID/maps}. */
final class Maps implements Inspection<Maps.Row> {
    /**
     * @param end behind the last byte
     * @param offset in the file
     * @param device major and minor number, in hexadecimal
     * @param path of the file, or what the kernel calls it, such as {@code [heap]}
     */
    record Row(
            int pid,
            String name,
            @Column(Column.Style.HEX) long start,
            @Column(Column.Style.HEX) long end,
            String permissions,
            @Column(Column.Style.HEX) long offset,
            String device,
            long inode,
            Vma.Kind kind,
            String path) {}

    @Override
    public String name() {
        return "maps";
    }

    @Override
    public String summary() {
        return "memory maps of the processes: addresses, permissions, files";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return scope.processes(kernel).flatMap(task -> {
            String name = kernel.tolerate(name(), task::name).orElse("");
            return MemoryMaps.of(task)
                    .map(vma -> new Row(
                            task.pid(),
                            name,
                            vma.start(),
                            vma.end(),
                            vma.permissions(),
                            vma.offset(),
                            vma.deviceText(),
                            vma.inode(),
                            vma.kind(),
                            vma.name()));
        });
    }
}
