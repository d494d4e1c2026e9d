package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.RedBlackTrees;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.List;

/**
 * Memory that processes share: System V segments, and shared mappings of files, memfd and anonymous memory. Who else has the
 * same pages is asked of the file's own tree of mappings, so that those from before the watch are known as well.
 */
final class SharedMemory {
    private static final int MOST_MAPPINGS = 1 << 16;

    /** include/linux/mm.h, {@code VM_SHARED}. */
    private static final long SHARED = 8;

    private final Exchange exchange;

    SharedMemory(Exchange exchange) {
        this.exchange = exchange;
    }

    void watch() {
        exchange.onFunction("mmap_region", hart -> {
            if ((exchange.argument(hart, 3) & SHARED) != 0) {
                exchange.onReturn(hart, this::attached);
            }
        });
        exchange.onFunction("wake_up_new_task", this::inherited);
        exchange.onFunction("remove_vma", hart -> {
            KernelObject mapping = exchange.kernel().object("vm_area_struct", exchange.argument(hart, 0));
            if (isShared(mapping)) {
                tell(hart, "detach", mapping, exchange.current(hart));
            }
        });
    }

    private static boolean isShared(KernelObject mapping) {
        return (mapping.get("vm_flags") & SHARED) != 0 && mapping.get("vm_file") != 0;
    }

    private void attached(int hart) {
        long address = exchange.result(hart);
        if (Exchange.isPointer(address)) {
            KernelObject process = exchange.current(hart);
            new MemoryMaps(exchange.kernel(), process.to("mm"))
                    .at(address)
                    .map(Vma::object)
                    .filter(SharedMemory::isShared)
                    .ifPresent(mapping -> tell(hart, "attach", mapping, process));
        }
    }

    private void inherited(int hart) {
        KernelObject child = exchange.kernel().object("task_struct", exchange.argument(hart, 0));
        if (child.get("mm") != 0 && child.get("mm") != exchange.current(hart).get("mm")) {
            new MemoryMaps(exchange.kernel(), child.to("mm"))
                    .all()
                    .map(Vma::object)
                    .filter(SharedMemory::isShared)
                    .forEach(mapping -> tell(hart, "inherit", mapping, child));
        }
    }

    private void tell(int hart, String type, KernelObject mapping, KernelObject process) {
        KernelObject file = mapping.to("vm_file");
        String operations = exchange.kernel().symbols().describe(file.get("f_op"));
        boolean isSegment = operations.startsWith("shm_file_operations");
        String name = exchange.files().paths().ofFile(file).toString();
        long id = file.to("f_inode").get("i_ino");
        exchange.watch()
                .emit(new Sharing(
                        exchange.watch().now(hart),
                        type,
                        (isSegment ? ChannelKind.SYSV_MEMORY : ChannelKind.SHARED_MAPPING).word(),
                        isSegment ? "shmid %d %s".formatted(id, name) : "%s inode %d".formatted(name, id),
                        process.getInt("tgid"),
                        process.text("comm"),
                        mapping.get("vm_start"),
                        mapping.get("vm_end") - mapping.get("vm_start"),
                        mapping.get("vm_pgoff") * AddressSpace.PAGE_BYTES,
                        sharers(file, mapping)));
    }

    /** The processes that have some of the same pages. */
    private List<Integer> sharers(KernelObject file, KernelObject mapping) {
        long first = mapping.get("vm_pgoff");
        long end = first + pages(mapping);
        KernelObject tree = file.to("f_mapping");
        return RedBlackTrees.inOrder(
                        exchange.kernel(), tree.addressOf("i_mmap"), "vm_area_struct", "shared.rb", MOST_MAPPINGS)
                .filter(other -> isShared(other) && other.get("vm_mm") != mapping.get("vm_mm"))
                .filter(other -> other.get("vm_pgoff") < end && first < other.get("vm_pgoff") + pages(other))
                .flatMap(other -> exchange.owner(other.to("vm_mm")).stream())
                .map(owner -> owner.getInt("tgid"))
                .distinct()
                .sorted()
                .toList();
    }

    private static long pages(KernelObject mapping) {
        return (mapping.get("vm_end") - mapping.get("vm_start")) / AddressSpace.PAGE_BYTES;
    }
}
