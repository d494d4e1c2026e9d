package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.Optional;
import java.util.stream.Stream;

/** What a process has mapped where. */
public final class MemoryMaps {
    private static final int MOST_NAME_BYTES = 256;

    /** include/linux/fs.h: a file behind another one, as overlayfs opens them; what the user opened is with it. */
    private static final long FMODE_BACKING = 1 << 25;

    private final KernelView kernel;
    private final KernelObject mm;

    /** @param mm an mm_struct */
    public MemoryMaps(KernelView kernel, KernelObject mm) {
        this.kernel = kernel;
        this.mm = mm;
    }

    /** The mappings of a task; none for threads of the kernel and the dead. */
    public static Stream<Vma> of(Task task) {
        return kernelMm(task).stream().flatMap(mm -> new MemoryMaps(task.kernel(), mm).all());
    }

    private static Optional<KernelObject> kernelMm(Task task) {
        return task.kernel().tolerate(task.label(), task::mm).flatMap(mm -> mm);
    }

    /** All mappings by address, lazily. */
    public Stream<Vma> all() {
        String walk = "maps of the mm at 0x%x".formatted(mm.address());
        return new MapleTree(kernel, mm.in("mm_mt"))
                .entries()
                .flatMap(entry -> kernel.tolerate(walk, () -> vma(entry)).stream());
    }

    /** The mapping that an address lies in. */
    public Optional<Vma> at(long address) {
        return all().filter(vma -> vma.has(address)).findFirst();
    }

    private Vma vma(MapleTree.Entry entry) {
        KernelObject vma = kernel.object("vm_area_struct", entry.value());
        long start = vma.get("vm_start");
        long end = vma.get("vm_end");
        if (vma.get("vm_mm") != mm.address() || start != entry.first() || end != entry.last() + 1) {
            throw new MemoryFault(
                    vma.address(), "no vm_area_struct for 0x%x to 0x%x".formatted(entry.first(), entry.last()));
        }
        long flags = vma.get("vm_flags");
        Optional<KernelObject> file = vma.follow("vm_file");
        if (file.isPresent()) {
            KernelObject path = path(file.get());
            KernelObject inode = path.to("dentry").to("d_inode");
            return new Vma(
                    vma,
                    start,
                    end,
                    flags,
                    vma.get("vm_pgoff") * AddressSpace.PAGE_BYTES,
                    inode.to("i_sb").get("s_dev"),
                    inode.get("i_ino"),
                    Vma.Kind.FILE,
                    fileName(vma, path));
        }
        Vma.Kind kind = kind(vma, start, end);
        return new Vma(vma, start, end, flags, 0, 0, 0, kind, name(vma, kind));
    }

    private static KernelObject path(KernelObject file) {
        return (file.get("f_mode") & FMODE_BACKING) != 0
                ? file.as("backing_file").in("user_path")
                : file.in("f_path");
    }

    private String fileName(KernelObject vma, KernelObject path) {
        return givenName(vma)
                .map("[anon_shmem:%s]"::formatted)
                .orElseGet(() -> new Paths(kernel).of(path).toString());
    }

    private Vma.Kind kind(KernelObject vma, long start, long end) {
        long stack = mm.get("start_stack");
        if (isSpecial(vma)) {
            return Vma.Kind.VDSO;
        } else if (start < mm.get("brk") && end > mm.get("start_brk")) {
            return Vma.Kind.HEAP;
        } else if (start <= stack && end >= stack) {
            return Vma.Kind.STACK;
        }
        return Vma.Kind.ANONYMOUS;
    }

    private boolean isSpecial(KernelObject vma) {
        long operations = vma.get("vm_ops");
        return operations != 0 && kernel.symbols().find("special_mapping_vmops").orElse(0) == operations;
    }

    private String name(KernelObject vma, Vma.Kind kind) {
        return switch (kind) {
            case VDSO ->
                kernel.object("vm_special_mapping", vma.get("vm_private_data")).pointedText("name", MOST_NAME_BYTES);
            case HEAP -> "[heap]";
            case STACK -> "[stack]";
            case ANONYMOUS, FILE -> givenName(vma).map("[anon:%s]"::formatted).orElse("");
        };
    }

    /** What the process itself called anonymous memory. */
    private static Optional<String> givenName(KernelObject vma) {
        return vma.has("anon_name")
                ? vma.follow("anon_name").map(name -> name.space().readString(name.addressOf("name"), MOST_NAME_BYTES))
                : Optional.empty();
    }
}
