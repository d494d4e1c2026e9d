package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.kernel.Damage;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.introspect.symbols.Symbols;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** The memory of a whole machine as a file that forensic tools and debuggers read. */
public final class MachineDump {
    private static final int PAGE_BYTES = AddressSpace.PAGE_BYTES;
    private static final int LIME_MAGIC = 0x4c694d45;
    private static final int LIME_VERSION = 1;
    private static final int MOST_VMCOREINFO_BYTES = 1 << 16;

    private MachineDump() {}

    /** LiME, version 1: a header with first and last physical address, then the memory. Needs no kernel. */
    public static void writeLime(PhysicalMemory memory, Path path) throws IOException {
        try (var out = new SparseFile(path)) {
            ByteBuffer header = ElfCore.little(32)
                    .putInt(LIME_MAGIC)
                    .putInt(LIME_VERSION)
                    .putLong(memory.base())
                    .putLong(memory.base() + memory.sizeBytes() - 1);
            out.write(header.array());
            write(memory, out);
        }
    }

    /**
     * An ELF core as Linux's kdump makes it: all memory by physical address and by the kernel's linear map, the kernel's image
     * by its own addresses, the registers of each hart, and what the kernel wrote down for such a file (VMCOREINFO).
     */
    public static void writeCore(KernelView kernel, Path path) throws IOException {
        PhysicalMemory memory = kernel.machine().memory();
        var core = new ElfCore(ProcessCore.USUAL_FLAGS);
        for (int hart = 0; hart < kernel.machine().harts(); hart++) {
            core.note(ElfCore.OWNER, ElfCore.NOTE_PRSTATUS, status(kernel, hart));
        }
        vmcoreinfo(kernel).ifPresent(text -> core.note("VMCOREINFO", 0, text));
        Symbols symbols = kernel.symbols();
        long start = symbols.address("_start");
        long end = symbols.address("_end");
        long imageAddress = start - kernel.facts().imagePhysicalOffset();
        if (end > start && memory.contains(imageAddress, end - start)) {
            core.segment(
                    start,
                    imageAddress,
                    end - start,
                    end - start,
                    imageAddress - memory.base(),
                    ElfCore.READ | ElfCore.WRITE | ElfCore.EXECUTE);
        }
        long size = memory.sizeBytes();
        core.segment(linear(kernel, memory.base()), memory.base(), size, size, 0, ElfCore.READ | ElfCore.WRITE);
        try (var out = new SparseFile(path)) {
            core.write(out);
            write(memory, out);
        }
    }

    private static byte[] status(KernelView kernel, int hart) {
        MachineView.HartView state = kernel.machine().hart(hart);
        long[] registers = new long[32];
        registers[0] = state.pc();
        for (int i = 1; i < registers.length; i++) {
            registers[i] = state.x(i);
        }
        int pid = kernel.tolerate("hart " + hart, () -> kernel.currentTask(hart).map(task -> task.getInt("pid")))
                .flatMap(found -> found)
                .orElse(0);
        // Debuggers tell threads by their number: idle tasks all have 0.
        return CoreNotes.status(pid == 0 ? hart + 1 : pid, 0, 0, 0, registers);
    }

    /** The virtual address of memory in the kernel's linear map; before that is set up, the physical address. */
    private static long linear(KernelView kernel, long physicalAddress) {
        if (!kernel.symbols().has("kernel_map")
                || kernel.types().findStruct("kernel_mapping").isEmpty()) {
            return physicalAddress;
        }
        KernelObject map = kernel.global("kernel_map", "kernel_mapping");
        return kernel.tolerate("kernel_map", () -> physicalAddress + map.get("va_pa_offset"))
                .orElse(physicalAddress);
    }

    private static Optional<byte[]> vmcoreinfo(KernelView kernel) {
        Symbols symbols = kernel.symbols();
        Damage damage = kernel.damage();
        if (!symbols.has("vmcoreinfo_data") || !symbols.has("vmcoreinfo_size")) {
            return Optional.empty();
        }
        return kernel.tolerate("vmcoreinfo", () -> {
            long size = kernel.globalLong("vmcoreinfo_size");
            long at = kernel.globalLong("vmcoreinfo_data");
            if (size < 0 || size > MOST_VMCOREINFO_BYTES) {
                damage.note("vmcoreinfo", "has a length of %d".formatted(size));
                return null;
            }
            return size == 0 ? null : kernel.space().read(at, (int) size);
        });
    }

    private static void write(PhysicalMemory memory, SparseFile out) throws IOException {
        byte[] page = new byte[PAGE_BYTES];
        for (long offset = 0; offset < memory.sizeBytes(); offset += PAGE_BYTES) {
            int length = (int) Math.min(PAGE_BYTES, memory.sizeBytes() - offset);
            memory.read(memory.base() + offset, page, 0, length);
            out.write(page, length);
        }
    }
}
