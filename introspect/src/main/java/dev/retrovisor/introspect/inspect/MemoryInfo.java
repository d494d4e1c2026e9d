package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.MemoryAccount;
import java.util.stream.Stream;

/** The kernel's own account of the machine's memory. */
final class MemoryInfo implements Inspection<MemoryInfo.Row> {
    record Row(String name, @Column(Column.Style.BYTES) long bytes) {}

    @Override
    public String name() {
        return "meminfo";
    }

    @Override
    public String summary() {
        return "where the machine's memory is: the lines of /proc/meminfo";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return new MemoryAccount(kernel).lines().map(line -> new Row(line.name(), line.bytes()));
    }
}
