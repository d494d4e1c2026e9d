package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import java.util.Optional;

/**
 * One mapping of a process: a line of {@code /proc/PID/maps}.
 *
 * @param object the vm_area_struct
 * @param end behind the last byte
 * @param flags the {@code VM_} bits
 * @param offset in the file, in bytes; 0 without a file
 * @param device of the file, major above 20 bits of minor number
 * @param name path of the file, or what the kernel calls it, such as {@code [heap]}; empty for anonymous memory
 */
public record Vma(
        KernelObject object,
        long start,
        long end,
        long flags,
        long offset,
        long device,
        long inode,
        Kind kind,
        String name) {
    // include/linux/mm.h, "vm_flags in vm_area_struct": macros, so the kernel's types do not have them.
    private static final long READ = 1;
    private static final long WRITE = 2;
    private static final long EXECUTE = 4;
    private static final long MAY_SHARE = 0x80;

    /** What a mapping is of. */
    public enum Kind {
        FILE,
        HEAP,
        STACK,
        /** Code and data that the kernel gives to every process. */
        VDSO,
        ANONYMOUS
    }

    public long sizeBytes() {
        return end - start;
    }

    public boolean has(long address) {
        return address - start >= 0 && address - end < 0;
    }

    public boolean isReadable() {
        return (flags & READ) != 0;
    }

    public boolean isWritable() {
        return (flags & WRITE) != 0;
    }

    public boolean isExecutable() {
        return (flags & EXECUTE) != 0;
    }

    public boolean isShared() {
        return (flags & MAY_SHARE) != 0;
    }

    /** {@code rwxp}, as in the maps file. */
    public String permissions() {
        return (isReadable() ? "r" : "-")
                + (isWritable() ? "w" : "-")
                + (isExecutable() ? "x" : "-")
                + (isShared() ? "s" : "p");
    }

    /** {@code fe:01}, as in the maps file. */
    public String deviceText() {
        return "%02x:%02x".formatted(device >>> 20, device & 0xfffff);
    }

    /** The struct file behind it. */
    public Optional<KernelObject> file() {
        return object.follow("vm_file");
    }
}
