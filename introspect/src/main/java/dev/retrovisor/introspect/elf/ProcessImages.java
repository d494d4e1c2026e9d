package dev.retrovisor.introspect.elf;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.FilePages;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.unwind.UserStack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The ELF files that a process has mapped: what code is at an address, and its stacks. What was read is kept: after the
 * process has mapped something else, {@link #refresh} looks again.
 */
public final class ProcessImages implements UserStack.Images {
    private static final int MOST_MISSES = 4096;

    /**
     * One file, as mapped once.
     *
     * @param start where its first byte is mapped
     * @param bias what is added to the addresses that the file gives
     */
    public record Image(String path, long start, long bias, ElfFile elf) {
        /** Where a symbol lies in this process. */
        public OptionalLong address(String symbol) {
            OptionalLong found = elf.symbols().find(symbol);
            return found.isPresent() ? OptionalLong.of(found.getAsLong() + bias) : found;
        }
    }

    /** A mapping of a file's. */
    private record Part(long start, long end, long offset, Image image, FilePages pages) {
        boolean has(long address) {
            return address - start >= 0 && address - end < 0;
        }
    }

    /** Files that were read once, for all processes of a kernel. */
    public static final class Cache {
        private record Key(long inode, long number, long size, long changed) {}

        private final Map<Key, Optional<ElfFile>> files = new HashMap<>();

        Optional<ElfFile> of(KernelObject inode, FilePages pages) {
            var key = new Key(inode.address(), inode.get("i_ino"), inode.get("i_size"), inode.get("i_mtime_sec", 0));
            return files.computeIfAbsent(key, _ -> ElfFile.of(pages.asSpace()));
        }
    }

    private final KernelView kernel;
    private final UserMemory memory;
    private final Cache cache;
    private final AddressSpace space;
    private final UserStack stack;
    private final Map<Long, CodeAddress> described = new HashMap<>();
    private final Set<Long> misses = new HashSet<>();
    private List<Part> parts;

    /** The images of a process as it is now. */
    public ProcessImages(KernelView kernel, UserMemory memory, Cache cache) {
        this.kernel = kernel;
        this.memory = memory;
        this.cache = cache;
        space = memory.space().orElse(this::inFile);
        stack = new UserStack(space, this);
        parts = read();
    }

    /** Looks again at what is mapped. */
    public void refresh() {
        misses.clear();
        described.clear();
        parts = read();
    }

    private List<Part> read() {
        List<Part> found = new ArrayList<>();
        Image last = null;
        long lastInode = 0;
        for (Vma vma : (Iterable<Vma>) new MemoryMaps(kernel, memory.mm()).all()::iterator) {
            KernelObject inode = vma.file().map(file -> file.to("f_inode")).orElse(null);
            if (inode == null) {
                continue;
            }
            var pages = new FilePages(kernel, inode);
            if (vma.offset() == 0 && (last == null || inode.address() != lastInode || !vma.isWritable())) {
                last = image(vma, inode, pages).orElse(null);
                lastInode = inode.address();
            }
            if (last != null && inode.address() == lastInode) {
                found.add(new Part(vma.start(), vma.end(), vma.offset(), last, pages));
            }
        }
        return found;
    }

    private Optional<Image> image(Vma vma, KernelObject inode, FilePages pages) {
        return cache.of(inode, pages).map(elf -> {
            long address = elf.addressOf(0).orElse(0);
            return new Image(vma.name(), vma.start(), vma.start() - address, elf);
        });
    }

    /** What is mapped from files but was not touched yet. */
    private long inFile(long address) {
        for (Part part : parts == null ? List.<Part>of() : parts) {
            if (part.has(address)) {
                return part.pages.physical(address - part.start + part.offset);
            }
        }
        return AddressSpace.UNMAPPED;
    }

    /** The process's memory, with those pages of its files that are in the page cache. */
    public AddressSpace space() {
        return space;
    }

    /** The files in the order of their addresses. */
    public List<Image> images() {
        return parts.stream().map(Part::image).distinct().toList();
    }

    /** The file that is mapped at an address. */
    public Optional<Image> at(long address) {
        Optional<Image> known = find(address);
        if (known.isEmpty() && misses.size() < MOST_MISSES && misses.add(address >>> 12)) {
            parts = read();
            known = find(address);
        }
        return known;
    }

    private Optional<Image> find(long address) {
        return parts.stream().filter(part -> part.has(address)).map(Part::image).findFirst();
    }

    @Override
    public long startOf(long pc) {
        return at(pc).map(Image::start).orElse(0L);
    }

    @Override
    public long functionOf(long pc) {
        CodeAddress code = describe(pc);
        return code.symbol().isEmpty() ? 0 : pc - code.offset();
    }

    /** What code lies at an address. */
    public CodeAddress describe(long address) {
        CodeAddress known = described.get(address);
        if (known == null) {
            known = at(address)
                    .map(image -> describe(image, address))
                    .orElseGet(() -> new CodeAddress(address, "", "", 0));
            described.put(address, known);
        }
        return known;
    }

    private static CodeAddress describe(Image image, long address) {
        Optional<Symbol> symbol =
                image.elf().symbols().at(address - image.bias()).filter(Symbol::isText);
        return symbol.map(found ->
                        new CodeAddress(address, image.path(), found.name(), address - image.bias() - found.address()))
                .orElseGet(() -> new CodeAddress(address, image.path(), "", address - image.start()));
    }

    /**
     * The addresses of the frames of a thread of the process, innermost first.
     *
     * @param registers its 32 integer registers; they are used up
     * @param most frames at most
     */
    public long[] unwind(long pc, long[] registers, int most) {
        return stack.unwind(pc, registers, most);
    }
}
