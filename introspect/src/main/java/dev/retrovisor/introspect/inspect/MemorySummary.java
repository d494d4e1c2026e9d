package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.MemoryUse;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.stream.Stream;

/** How much memory processes have, of what kind. */
final class MemorySummary implements Inspection<MemorySummary.Row> {
    /**
     * @param sizeBytes of all mappings
     * @param rssBytes pages that are mapped now
     * @param pssBytes the same, each divided by how often it is mapped
     * @param sharedBytes of the pages that are mapped now, those that are mapped more than once
     */
    record Row(
            int pid,
            String name,
            @Column(Column.Style.BYTES) long sizeBytes,
            @Column(Column.Style.BYTES) long rssBytes,
            @Column(Column.Style.BYTES) long pssBytes,
            @Column(Column.Style.BYTES) long anonymousBytes,
            @Column(Column.Style.BYTES) long fileBytes,
            @Column(Column.Style.BYTES) long shmemBytes,
            @Column(Column.Style.BYTES) long sharedBytes,
            @Column(Column.Style.BYTES) long swapBytes,
            @Column(Column.Style.BYTES) long pageTableBytes) {}

    @Override
    public String name() {
        return "memsum";
    }

    @Override
    public String summary() {
        return "memory of the processes: resident, proportional, anonymous, of files, swapped, page tables";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return kernel.tolerate(name(), () -> new MemoryUse.Counter(kernel)).stream()
                .flatMap(counter -> scope.processes(kernel)
                        .flatMap(task ->
                                kernel
                                        .tolerate(
                                                name(),
                                                () -> task.mm()
                                                        .map(mm -> row(counter, task, mm))
                                                        .orElse(null))
                                        .stream()));
    }

    private static Row row(MemoryUse.Counter counter, Task task, KernelObject mm) {
        MemoryUse use = counter.of(mm);
        return new Row(
                task.pid(),
                task.name(),
                mm.get("total_vm") * AddressSpace.PAGE_BYTES,
                use.resident(),
                use.proportional(),
                use.anonymous(),
                use.file(),
                use.shmem(),
                use.shared(),
                use.swapped(),
                use.tables());
    }
}
