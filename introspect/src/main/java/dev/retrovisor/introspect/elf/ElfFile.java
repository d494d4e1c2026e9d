package dev.retrovisor.introspect.elf;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A riscv64 ELF file by its file offsets (System V ABI, "Object Files"). Only what of it is in memory can be read: symbols
 * come from {@code .symtab} if that is there, else from the dynamic linker's table.
 */
public final class ElfFile {
    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_64 = 2;
    private static final int MACHINE_RISCV = 243;
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_DYNSYM = 11;
    private static final int STT_FUNC = 2;
    private static final int STT_OBJECT = 1;
    private static final int STT_GNU_IFUNC = 10;
    private static final int DT_HASH = 4;
    private static final int DT_STRTAB = 5;
    private static final int DT_SYMTAB = 6;
    private static final int DT_GNU_HASH = 0x6ffffef5;
    private static final int SYMBOL_BYTES = 24;
    private static final int MOST_HEADERS = 256;
    private static final int MOST_SYMBOLS = 500_000;
    private static final int MOST_DYNAMIC = 256;
    private static final int LONGEST_NAME = 1024;

    private final AddressSpace file;
    private final List<Segment> segments;
    private Symbols symbols;

    /** A loadable segment. */
    public record Segment(long offset, long address, long fileBytes, long memoryBytes) {}

    private ElfFile(AddressSpace file, List<Segment> segments) {
        this.file = file;
        this.segments = segments;
    }

    /**
     * Reads the headers.
     *
     * @param file the file's bytes from address 0 on
     * @return empty if it is no riscv64 ELF, or its first page is not in memory
     */
    public static Optional<ElfFile> of(AddressSpace file) {
        try {
            if (file.readInt(0) != MAGIC || file.readByte(4) != CLASS_64 || file.readShort(18) != MACHINE_RISCV) {
                return Optional.empty();
            }
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < Math.min(file.readShort(56), MOST_HEADERS); i++) {
                long at = file.readLong(32) + (long) i * file.readShort(54);
                if (file.readInt(at) == PT_LOAD) {
                    segments.add(segment(file, at));
                }
            }
            return segments.isEmpty() ? Optional.empty() : Optional.of(new ElfFile(file, List.copyOf(segments)));
        } catch (MemoryFault _) {
            return Optional.empty();
        }
    }

    private static Segment segment(AddressSpace file, long at) {
        return new Segment(
                file.readLong(at + 8), file.readLong(at + 16), file.readLong(at + 32), file.readLong(at + 40));
    }

    public List<Segment> segments() {
        return segments;
    }

    /** The address, as the file counts, of a file offset; empty where nothing is loaded from it. */
    public OptionalLong addressOf(long fileOffset) {
        for (Segment segment : segments) {
            long start = segment.offset & -AddressSpace.PAGE_BYTES;
            if (fileOffset >= start && fileOffset < segment.offset + segment.fileBytes) {
                return OptionalLong.of(segment.address - segment.offset + fileOffset);
            }
        }
        return OptionalLong.empty();
    }

    /** Functions and objects by the addresses that the file gives them; empty if no table is in memory. */
    public synchronized Symbols symbols() {
        if (symbols == null) {
            List<Symbol> found = new ArrayList<>();
            if (!readSections(found, SHT_SYMTAB) && !readSections(found, SHT_DYNSYM)) {
                readDynamic(found);
            }
            symbols = Symbols.of(found);
        }
        return symbols;
    }

    private boolean readSections(List<Symbol> found, int type) {
        try {
            long headers = file.readLong(40);
            int size = file.readShort(58);
            int count = Math.min(file.readShort(60), MOST_HEADERS);
            for (int i = 0; i < count; i++) {
                long at = headers + (long) i * size;
                if (file.readInt(at + 4) == type) {
                    long strings = headers + (long) file.readInt(at + 40) * size;
                    readSymbols(
                            found,
                            file.readLong(at + 24),
                            file.readLong(at + 32) / SYMBOL_BYTES,
                            file.readLong(strings + 24));
                    return !found.isEmpty();
                }
            }
        } catch (MemoryFault _) {
            found.clear();
        }
        return false;
    }

    private void readDynamic(List<Symbol> found) {
        try {
            long table = 0;
            long strings = 0;
            long gnuHash = 0;
            long hash = 0;
            long dynamic = dynamicOffset();
            for (int i = 0; dynamic != 0 && i < MOST_DYNAMIC; i++) {
                long tag = file.readLong(dynamic + 16L * i);
                long value = file.readLong(dynamic + 16L * i + 8);
                if (tag == 0) {
                    break;
                } else if (tag == DT_SYMTAB) {
                    table = offsetOf(value);
                } else if (tag == DT_STRTAB) {
                    strings = offsetOf(value);
                } else if (tag == DT_GNU_HASH) {
                    gnuHash = offsetOf(value);
                } else if (tag == DT_HASH) {
                    hash = offsetOf(value);
                }
            }
            if (table != 0 && strings != 0) {
                long count = hash != 0 ? file.readInt(hash + 4) : gnuHash != 0 ? gnuHashCount(gnuHash) : 0;
                readSymbols(found, table, count, strings);
            }
        } catch (MemoryFault _) {
            // What was read so far is good.
        }
    }

    private long dynamicOffset() {
        for (int i = 0; i < Math.min(file.readShort(56), MOST_HEADERS); i++) {
            long at = file.readLong(32) + (long) i * file.readShort(54);
            if (file.readInt(at) == PT_DYNAMIC) {
                return file.readLong(at + 8);
            }
        }
        return 0;
    }

    private long offsetOf(long address) {
        for (Segment segment : segments) {
            if (address >= segment.address && address < segment.address + segment.fileBytes) {
                return address - segment.address + segment.offset;
            }
        }
        throw new MemoryFault(address, "in no segment");
    }

    /** The table's length is said nowhere: it ends where the last chain of the hash table does. */
    private long gnuHashCount(long at) {
        long buckets = Integer.toUnsignedLong(file.readInt(at));
        long first = Integer.toUnsignedLong(file.readInt(at + 4));
        long bloomWords = Integer.toUnsignedLong(file.readInt(at + 8));
        long bucketsAt = at + 16 + 8 * bloomWords;
        long last = 0;
        for (long i = 0; i < Math.min(buckets, MOST_SYMBOLS); i++) {
            last = Math.max(last, Integer.toUnsignedLong(file.readInt(bucketsAt + 4 * i)));
        }
        if (last < first) {
            return first;
        }
        long chains = bucketsAt + 4 * buckets;
        while (last < MOST_SYMBOLS && (file.readInt(chains + 4 * (last - first)) & 1) == 0) {
            last++;
        }
        return last + 1;
    }

    private void readSymbols(List<Symbol> found, long table, long count, long strings) {
        for (int i = 0; i < Math.min(count, MOST_SYMBOLS); i++) {
            long at = table + (long) i * SYMBOL_BYTES;
            int type = file.readByte(at + 4) & 0xf;
            boolean isCode = type == STT_FUNC || type == STT_GNU_IFUNC;
            if ((isCode || type == STT_OBJECT) && file.readShort(at + 6) != 0) {
                String name = file.readString(strings + Integer.toUnsignedLong(file.readInt(at)), LONGEST_NAME);
                if (!name.isEmpty()) {
                    found.add(new Symbol(name, file.readLong(at + 8), isCode ? 'T' : 'D'));
                }
            }
        }
    }
}
