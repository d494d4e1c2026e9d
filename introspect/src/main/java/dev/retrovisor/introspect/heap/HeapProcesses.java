package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.ProcessImages;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.probe.Probe;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Follows which process has allocators mapped where, and keeps a probe on each of their addresses. */
final class HeapProcesses {
    private static final long SATP_ROOT = (1L << 44) - 1;

    /** include/linux/mm.h. */
    private static final long VM_EXEC = 4;

    /** An allocator's address, and the root page tables of the processes that have it there. */
    private record Place(Probe probe, Set<Long> roots) {}

    private final Watch watch;
    private final AllocatorCalls calls;
    private final KernelView kernel;
    private final ProcessImages.Cache files = new ProcessImages.Cache();
    private final Map<CallStack, CallStack> stacks = new HashMap<>();
    private final Map<Long, HeapProcess> processes = new HashMap<>();
    private final Map<Long, Place> places = new HashMap<>();

    HeapProcesses(Watch watch, AllocatorCalls calls) {
        this.watch = watch;
        this.calls = calls;
        kernel = watch.kernel();
    }

    void begin() {
        // Every mapping comes by here, an exec's and the dynamic linker's among them.
        watch.onFunction("perf_event_mmap", hart -> mapped(watch.argument(hart, 0)));
        watch.onFunction("exit_mmap", hart -> forget(watch.argument(hart, 0)));
        new Tasks(kernel)
                .processes()
                .forEach(task ->
                        kernel.tolerate("heap", task::mm).flatMap(mm -> mm).ifPresent(this::enter));
    }

    private void mapped(long vmaAddress) {
        KernelObject vma = kernel.object("vm_area_struct", vmaAddress);
        if ((vma.get("vm_flags") & VM_EXEC) == 0 || vma.get("vm_file") == 0) {
            return;
        }
        KernelObject mm = vma.to("vm_mm");
        HeapProcess known = processes.get(root(mm));
        if (known == null) {
            enter(mm);
        } else {
            known.refresh();
            place(root(mm), known);
        }
    }

    private HeapProcess enter(KernelObject mm) {
        var process = new HeapProcess(new ProcessImages(kernel, new UserMemory(kernel, mm), files), stacks);
        processes.put(root(mm), process);
        place(root(mm), process);
        return process;
    }

    private void place(long root, HeapProcess process) {
        for (ProcessImages.Image image : process.images().images()) {
            for (Map.Entry<Allocator, Long> each : allocators(image).entrySet()) {
                places.computeIfAbsent(each.getValue(), address -> set(each.getKey(), address))
                        .roots
                        .add(root);
            }
        }
    }

    /** Only who frees as well is an allocator: others import or wrap one. */
    private static Map<Allocator, Long> allocators(ProcessImages.Image image) {
        Map<Allocator, Long> found = new EnumMap<>(Allocator.class);
        for (Allocator each : Allocator.values()) {
            OptionalLong address = image.address(each.symbol);
            if (address.isPresent()) {
                found.put(each, address.getAsLong());
            }
        }
        return found.containsKey(Allocator.MALLOC) && found.containsKey(Allocator.FREE) ? found : Map.of();
    }

    private Place set(Allocator allocator, long address) {
        Probe probe = watch.onAddress(address, hart -> reached(hart, allocator, address));
        return new Place(probe, new HashSet<>());
    }

    private void reached(int hart, Allocator allocator, long address) {
        long root = root(hart);
        HeapProcess process = processes.get(root);
        if (process == null) {
            // A child of a fork has what its parent had.
            process = kernel.currentTask(hart)
                    .flatMap(task -> task.follow("mm"))
                    .map(this::enter)
                    .orElse(null);
        }
        Place place = places.get(address);
        if (process != null && place != null && place.roots.contains(root)) {
            calls.enter(hart, allocator, process);
        }
    }

    /** The root page table that a hart uses, which names the process's memory. */
    long root(int hart) {
        return watch.machine().hart(hart).get(HartState.SATP) & SATP_ROOT;
    }

    /** The process that a hart runs, if it is known. */
    Optional<HeapProcess> at(int hart) {
        return Optional.ofNullable(processes.get(root(hart)));
    }

    private void forget(long mmAddress) {
        long root = root(kernel.object("mm_struct", mmAddress));
        if (processes.remove(root) != null) {
            places.values().removeIf(place -> {
                boolean unused = place.roots.remove(root) && place.roots.isEmpty();
                if (unused) {
                    place.probe.remove();
                }
                return unused;
            });
        }
    }

    private long root(KernelObject mm) {
        return kernel.space().translate(mm.get("pgd")) / AddressSpace.PAGE_BYTES;
    }
}
