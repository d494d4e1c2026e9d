package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.FilePages;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.machine.isa.Disassembler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Mappings in which code may have been put: what loaders make is either writable or executable, and comes from a file. */
final class SuspiciousMaps implements Inspection<SuspiciousMaps.Row> {
    private static final int SHOWN_BYTES = 16;

    /**
     * @param bytes the first ones; none if they are not in memory
     * @param code the same as instructions
     */
    record Row(
            int pid,
            String name,
            @Column(Column.Style.HEX) long start,
            @Column(Column.Style.HEX) long end,
            String permissions,
            String path,
            Reason reason,
            byte[] bytes,
            List<String> code) {}

    /** Why a mapping is shown; the first that fits. */
    enum Reason {
        WRITABLE_AND_EXECUTABLE,
        ANONYMOUS_EXECUTABLE,
        /** It belongs to a file that is in no folder, or never was: a deleted program, a memfd. */
        UNLINKED_EXECUTABLE
    }

    @Override
    public String name() {
        return "malfind";
    }

    @Override
    public String summary() {
        return "mappings that may hold injected code, with their first instructions";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return scope.processes(kernel)
                .flatMap(task -> MemoryMaps.of(task)
                        .flatMap(vma -> reason(vma).stream()
                                .flatMap(reason -> kernel.tolerate(name(), () -> row(task, vma, reason)).stream())));
    }

    private static Optional<Reason> reason(Vma vma) {
        if (!vma.isExecutable() || vma.kind() == Vma.Kind.VDSO) {
            return Optional.empty();
        } else if (vma.isWritable()) {
            return Optional.of(Reason.WRITABLE_AND_EXECUTABLE);
        } else if (vma.kind() != Vma.Kind.FILE) {
            return Optional.of(Reason.ANONYMOUS_EXECUTABLE);
        }
        return vma.name().endsWith(" (deleted)") ? Optional.of(Reason.UNLINKED_EXECUTABLE) : Optional.empty();
    }

    private static Row row(Task task, Vma vma, Reason reason) {
        byte[] bytes = read(task, vma);
        return new Row(
                task.pid(),
                task.name(),
                vma.start(),
                vma.end(),
                vma.permissions(),
                vma.name(),
                reason,
                Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES)),
                code(bytes, vma.start()));
    }

    /** Some more than is shown, as an instruction may go on there; from the page cache what nobody touched yet. */
    private static byte[] read(Task task, Vma vma) {
        int length = SHOWN_BYTES + Short.BYTES;
        byte[] mapped = task.memory().orElseThrow().readAvailable(vma.start(), length);
        if (mapped.length > 0 || vma.file().isEmpty()) {
            return mapped;
        }
        byte[] cached = new byte[length];
        int found = new FilePages(task.kernel(), vma.file().get().to("f_inode"))
                .asSpace()
                .readAvailable(vma.offset(), cached, length);
        return Arrays.copyOf(cached, found);
    }

    private static List<String> code(byte[] bytes, long start) {
        var code = new ArrayList<String>();
        for (int i = 0; i < SHOWN_BYTES && i + Short.BYTES <= bytes.length; ) {
            int half = bytes[i] & 0xff | (bytes[i + 1] & 0xff) << 8;
            boolean isShort = (half & 3) != 3;
            if (!isShort && i + Integer.BYTES > bytes.length) {
                break;
            }
            int bits = isShort ? half : half | (bytes[i + 2] & 0xff) << 16 | (bytes[i + 3] & 0xff) << 24;
            code.add(Disassembler.disassemble(bits, start + i));
            i += isShort ? Short.BYTES : Integer.BYTES;
        }
        return code;
    }
}
