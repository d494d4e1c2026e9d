package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What an address of the kernel is: everything that the kernel's books say of it. */
public final class KernelAddress {
    private final KernelView kernel;
    private final KernelCode code;

    public KernelAddress(KernelView kernel) {
        this.kernel = kernel;
        code = new KernelCode(kernel);
    }

    /**
     * One thing that an address belongs to.
     *
     * @param kind such as {@code symbol}, {@code slab object}, {@code stack}
     * @param start of the thing
     * @param sizeBytes of the thing; empty if nobody says
     */
    public record Answer(String kind, String what, long start, OptionalLong sizeBytes) {}

    /** From the nearest to the farthest; none if nothing is known. */
    public List<Answer> of(long address) {
        var answers = new ArrayList<Answer>();
        symbol(answers, address);
        perCpu(answers, address);
        code.moduleAt(address)
                .ifPresent(module -> module.regions().stream()
                        .filter(region -> region.has(address))
                        .forEach(region -> answers.add(new Answer(
                                "module",
                                module.name() + " " + region.kind(),
                                region.start(),
                                size(region.sizeBytes())))));
        tasks(answers, address);
        kernel.tolerate("address", () -> new PhysicalPages(kernel)).ifPresent(pages -> {
            slab(answers, pages, address);
            book(answers, pages, address);
        });
        new VirtualAreas(kernel)
                .all()
                .filter(area -> area.has(address))
                .forEach(area -> answers.add(new Answer(
                        "vmalloc area",
                        area.kind() + (area.caller() == 0 ? "" : " by " + code.describe(area.caller())),
                        area.start(),
                        size(area.sizeBytes()))));
        linear(answers, address);
        return answers;
    }

    private static OptionalLong size(long bytes) {
        return OptionalLong.of(bytes);
    }

    private void symbol(List<Answer> answers, long address) {
        Optional<KernelCode.Place> place = code.at(address);
        if (place.isPresent()) {
            long start = address - place.get().offset();
            OptionalLong next = code.isInImage(address) ? kernel.symbols().next(start) : OptionalLong.empty();
            answers.add(new Answer(
                    code.isText(address) ? "code" : "data",
                    place.get().toString(),
                    start,
                    next.isPresent() ? size(next.getAsLong() - start) : next));
        }
    }

    private void perCpu(List<Answer> answers, long address) {
        OptionalLong start = kernel.symbols().find("__per_cpu_start");
        OptionalLong end = kernel.symbols().find("__per_cpu_end");
        for (int cpu = 0; start.isPresent() && end.isPresent() && cpu < kernel.cpus(); cpu++) {
            long original = address - kernel.perCpu(cpu, 0L);
            if (original - start.getAsLong() >= 0 && original - end.getAsLong() < 0) {
                Optional<Symbol> symbol = kernel.symbols().at(original);
                int number = cpu;
                symbol.ifPresent(found -> answers.add(new Answer(
                        "per-CPU data",
                        "%s of CPU %d".formatted(kernel.symbols().describe(original), number),
                        address - (original - found.address()),
                        OptionalLong.empty())));
            }
        }
    }

    private void tasks(List<Answer> answers, long address) {
        long taskBytes = kernel.types().struct("task_struct").sizeBytes();
        new Tasks(kernel)
                .threads()
                .forEach(task -> kernel.tolerate("address", () -> KernelStack.bounds(task))
                        .ifPresent(stack -> {
                            String who = "thread %d %s".formatted(task.pid(), task.name());
                            if (stack.has(address)) {
                                answers.add(new Answer("stack", who, stack.low(), size(stack.high() - stack.low())));
                            }
                            if (address - task.address() >= 0 && address - task.address() < taskBytes) {
                                answers.add(new Answer("task_struct", who, task.address(), size(taskBytes)));
                            }
                        }));
    }

    private void slab(List<Answer> answers, PhysicalPages pages, long address) {
        new SlabCaches(pages)
                .at(address)
                .ifPresent(slot -> answers.add(new Answer(
                        "slab object",
                        "%s of cache %s".formatted(slot.live() ? "live object" : "free object", slot.cache()),
                        slot.address(),
                        OptionalLong.empty())));
    }

    private void book(List<Answer> answers, PhysicalPages pages, long address) {
        long size = kernel.types().struct("page").sizeBytes();
        long frame = pages.frame(address);
        if (frame >= 0 && kernel.machine().memory().contains(frame << PhysicalPages.PAGE_SHIFT, 1)) {
            answers.add(new Answer(
                    "struct page",
                    "of the page at physical 0x%x".formatted(frame << PhysicalPages.PAGE_SHIFT),
                    pages.page(frame).address(),
                    size(size)));
        }
    }

    private void linear(List<Answer> answers, long address) {
        long physical = kernel.space().translate(address);
        if (physical != AddressSpace.UNMAPPED) {
            answers.add(new Answer(
                    "memory",
                    "physical 0x%x".formatted(physical),
                    address & -AddressSpace.PAGE_BYTES,
                    size(AddressSpace.PAGE_BYTES)));
        }
    }
}
