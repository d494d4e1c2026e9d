package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.KernelAddress;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.linux.KernelStack;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** What is this virtual address? Of the kernel's half, or of the processes' that have something there. */
final class AddressOwner implements Inspection<AddressOwner.Row> {
    /**
     * @param pid of the process whose address it is; empty for an address of the kernel
     * @param offset of the address in the thing
     */
    record Row(
            OptionalInt pid,
            String kind,
            String what,
            @Column(Column.Style.HEX) long start,
            OptionalLong sizeBytes,
            @Column(Column.Style.HEX) long offset) {}

    @Override
    public String name() {
        return "address";
    }

    @Override
    public String summary() {
        return "what a virtual address is: code, data, slab object, stack, mapping";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.ADDRESS);
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        long address = scope.address().orElseThrow();
        if (address < 0) {
            return new KernelAddress(kernel)
                    .of(address).stream()
                            .map(answer -> new Row(
                                    OptionalInt.empty(),
                                    answer.kind(),
                                    answer.what(),
                                    answer.start(),
                                    answer.sizeBytes(),
                                    address - answer.start()));
        }
        var files = new ProcessImages.Cache();
        var stacks = new KernelStack(kernel, new KernelCode(kernel));
        return scope.processes(kernel)
                .flatMap(task -> MemoryMaps.of(task)
                        .filter(vma -> vma.has(address))
                        .flatMap(
                                vma -> kernel.tolerate(name(), () -> user(task, vma, address, files, stacks)).stream()))
                .flatMap(List::stream);
    }

    private static List<Row> user(Task task, Vma vma, long address, ProcessImages.Cache files, KernelStack stacks) {
        KernelView kernel = task.kernel();
        var rows = new ArrayList<Row>();
        var pid = OptionalInt.of(task.pid());
        var memory = task.memory().orElseThrow();
        if (vma.kind() == Vma.Kind.FILE) {
            var place = new ProcessImages(kernel, memory, files).describe(address);
            if (!place.symbol().isEmpty()) {
                rows.add(new Row(
                        pid, "code", place.toString(), address - place.offset(), OptionalLong.empty(), place.offset()));
            }
        }
        task.threads()
                .filter(thread -> stacks.userRegisters(thread)
                        .map(registers -> vma.has(registers.x()[2]))
                        .orElse(false))
                .forEach(thread -> rows.add(new Row(
                        pid,
                        "stack",
                        "thread %d %s".formatted(thread.pid(), thread.name()),
                        vma.start(),
                        OptionalLong.of(vma.sizeBytes()),
                        address - vma.start())));
        rows.add(new Row(
                pid,
                "mapping",
                vma.permissions() + " " + (vma.name().isEmpty() ? "anonymous" : vma.name()),
                vma.start(),
                OptionalLong.of(vma.sizeBytes()),
                address - vma.start()));
        long physical = memory.space().translate(address);
        if (physical != AddressSpace.UNMAPPED) {
            rows.add(new Row(
                    pid,
                    "memory",
                    "physical 0x%x".formatted(physical),
                    address & -AddressSpace.PAGE_BYTES,
                    OptionalLong.of(AddressSpace.PAGE_BYTES),
                    address & AddressSpace.PAGE_BYTES - 1));
        }
        return rows;
    }
}
