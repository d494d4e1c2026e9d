package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.introspect.symbols.Kallsyms;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.machine.state.Xxh64;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Remembers kernels' symbol tables in a folder, one file a kernel, under the hash of the bytes that the table was decoded
 * from in the guest's memory. A file counts only where these bytes are in memory and what it says agrees with the kernel
 * there; any other is passed over. Types need no file: the kernel's own description is read where it lies.
 */
public final class KernelFactsCache {
    private static final String SUFFIX = ".symbols";
    private static final int MOST_FILES = 16;
    private static final long MOST_TABLE_BYTES = 64 << 20;

    /** Documentation/arch/riscv/boot-image-header.rst: "RSC" and 5, at byte 56 of each kernel. */
    private static final int IMAGE_MAGIC = 0x05435352;

    private static final int IMAGE_MAGIC_OFFSET = 56;
    private static final int SYSTEM_CALLS_CHECKED = 256;

    /** The parts of the table; not all kernels have all. */
    private static final List<String> PARTS = List.of(
            "kallsyms_num_syms",
            "kallsyms_names",
            "kallsyms_markers",
            "kallsyms_token_table",
            "kallsyms_token_index",
            "kallsyms_offsets");

    private final Path folder;
    private final Consumer<String> notes;

    /**
     * A cache in a folder, which is made when there is something to keep.
     *
     * @param notes is told in words what is wrong with files there
     */
    public KernelFactsCache(Path folder, Consumer<String> notes) {
        this.folder = folder;
        this.notes = notes;
    }

    /**
     * As {@link KernelFinder#find}, from the folder where that has it; what is found otherwise is kept there.
     *
     * @throws NoKernelException if there is no kernel
     */
    public KernelFacts find(MachineView machine) {
        Optional<Kallsyms.Found> known = load(machine);
        if (known.isPresent()) {
            return KernelFinder.facts(machine, known.get());
        }
        KernelFacts found = KernelFinder.find(machine);
        store(machine.memory(), new Kallsyms.Found(found.symbols(), found.imagePhysicalOffset()));
        return found;
    }

    private Optional<Kallsyms.Found> load(MachineView machine) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> candidates = files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .limit(MOST_FILES)
                    .toList();
            for (Path file : candidates) {
                Optional<Kallsyms.Found> found = load(machine, file);
                if (found.isPresent()) {
                    return found;
                }
            }
        } catch (IOException e) {
            notes.accept("%s: can't be read: %s".formatted(folder, e.getMessage()));
        }
        return Optional.empty();
    }

    private Optional<Kallsyms.Found> load(MachineView machine, Path file) throws IOException {
        SymbolFile.Content content;
        try {
            content = SymbolFile.read(file);
        } catch (IllegalArgumentException e) {
            notes.accept("%s: passed over: %s".formatted(file, e.getMessage()));
            return Optional.empty();
        }
        if (!isInMemory(machine.memory(), content)) {
            return Optional.empty(); // of another kernel, or this one is not loaded yet
        }
        Optional<String> wrong = disagreement(machine, content);
        wrong.ifPresent(what -> notes.accept("%s: passed over: %s".formatted(file, what)));
        return wrong.isPresent() ? Optional.empty() : Optional.of(content.found());
    }

    private static boolean isInMemory(PhysicalMemory memory, SymbolFile.Content content) {
        return content.tableBytes() <= MOST_TABLE_BYTES
                && memory.contains(content.tableAddress(), content.tableBytes())
                && hash(memory, content.tableAddress(), content.tableBytes()) == content.tableHash();
    }

    private static long hash(PhysicalMemory memory, long address, long lengthBytes) {
        byte[] bytes = new byte[(int) lengthBytes];
        memory.read(address, bytes, 0, bytes.length);
        return Xxh64.hash(bytes, 0, bytes.length, 0);
    }

    /** What a file says that is not so in the kernel in memory. */
    private static Optional<String> disagreement(MachineView machine, SymbolFile.Content content) {
        Symbols symbols = content.found().symbols();
        AddressSpace image = KernelFinder.image(machine, content.found());
        long start = symbols.find("_start").orElse(0);
        if (!image.isMapped(start + IMAGE_MAGIC_OFFSET) || image.readInt(start + IMAGE_MAGIC_OFFSET) != IMAGE_MAGIC) {
            return Optional.of("no kernel begins at its _start");
        }
        OptionalLong count = symbols.find("kallsyms_num_syms");
        if (count.isPresent()
                && (!image.isMapped(count.getAsLong()) || image.readInt(count.getAsLong()) != symbols.size())) {
            return Optional.of("the kernel has another number of symbols");
        }
        if (!KernelFinder.banner(image, symbols).startsWith("Linux version ")) {
            return Optional.of("no banner is at its linux_banner");
        }
        OptionalLong calls = symbols.find("sys_call_table");
        for (int i = 0; calls.isPresent() && i < SYSTEM_CALLS_CHECKED; i++) {
            long entry = calls.getAsLong() + 8L * i;
            long target = image.isMapped(entry) ? image.readLong(entry) : 1;
            if (target != 0
                    && symbols.at(target)
                            .filter(symbol -> symbol.address() == target)
                            .isEmpty()) {
                return Optional.of("system call %d begins at none of its symbols".formatted(i));
            }
        }
        return Optional.empty();
    }

    private void store(PhysicalMemory memory, Kallsyms.Found found) {
        Symbols symbols = found.symbols();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (String part : PARTS) {
            OptionalLong address = symbols.find(part);
            if (address.isPresent()) {
                first = Math.min(first, address.getAsLong());
                last = Math.max(last, symbols.next(address.getAsLong()).orElse(address.getAsLong()));
            }
        }
        long address = first - found.physicalOffset();
        long length = last - first;
        Path parent = folder.toAbsolutePath().getParent();
        boolean canKeep = Files.isDirectory(folder) || parent != null && Files.isWritable(parent);
        if (first >= last || length > MOST_TABLE_BYTES || !memory.contains(address, length) || !canKeep) {
            return;
        }
        long hash = hash(memory, address, length);
        byte[] bytes = SymbolFile.encode(new SymbolFile.Content(address, length, hash, found));
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve("%016x%s".formatted(hash, SUFFIX));
            // Several processes may look into one trace at the same time.
            Path begun = folder.resolve(
                    "%016x.%d.part".formatted(hash, ProcessHandle.current().pid()));
            try {
                Files.write(begun, bytes);
                Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(begun);
            }
        } catch (IOException e) {
            notes.accept("%s: the kernel's symbols can't be kept: %s".formatted(folder, e.getMessage()));
        }
    }
}
