package dev.retrovisor.introspect.unwind;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The frame descriptions of one ELF image that is mapped at an address: found through PT_GNU_EH_FRAME, searched by its
 * sorted table. Rules are kept by address, as the image does not change.
 */
final class FrameTable {
    private static final int ELF_MAGIC = 0x464c457f;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_EH_FRAME = 0x6474e550;
    private static final int MOST_HEADERS = 64;
    private static final int MOST_ENTRIES = 4_000_000;
    private static final int MOST_RULES = 100_000;
    private static final int SORTED_TABLE = 0x3b;

    private final long header;
    private final long table;
    private final int entries;
    private final Map<Long, Optional<FrameRule>> rules = new HashMap<>();

    private FrameTable(long header, long table, int entries) {
        this.header = header;
        this.table = table;
        this.entries = entries;
    }

    /** The table of the image whose ELF header is mapped at {@code start}; empty if it has none that can be read. */
    static Optional<FrameTable> of(AddressSpace space, long start) {
        try {
            if (space.readInt(start) != ELF_MAGIC) {
                return Optional.empty();
            }
            long headers = start + space.readLong(start + 32);
            int size = space.readShort(start + 54);
            int count = Math.min(space.readShort(start + 56), MOST_HEADERS);
            long bias = start;
            long frames = 0;
            for (int i = count - 1; i >= 0; i--) {
                long at = headers + (long) i * size;
                switch (space.readInt(at)) {
                    case PT_LOAD -> {
                        if (space.readLong(at + 8) == 0) {
                            bias = start - space.readLong(at + 16);
                        }
                    }
                    case PT_GNU_EH_FRAME -> frames = space.readLong(at + 16);
                    default -> {}
                }
            }
            return frames == 0 ? Optional.empty() : ofHeader(space, bias + frames);
        } catch (MemoryFault _) {
            return Optional.empty();
        }
    }

    private static Optional<FrameTable> ofHeader(AddressSpace space, long header) {
        var bytes = new FrameBytes(space, header, header);
        int version = bytes.u8();
        int framesEncoding = bytes.u8();
        int countEncoding = bytes.u8();
        int tableEncoding = bytes.u8();
        if (version != 1 || tableEncoding != SORTED_TABLE || countEncoding == FrameBytes.OMITTED) {
            return Optional.empty();
        }
        bytes.pointer(framesEncoding);
        long count = bytes.pointer(countEncoding);
        return count <= 0 || count > MOST_ENTRIES
                ? Optional.empty()
                : Optional.of(new FrameTable(header, bytes.position(), (int) count));
    }

    /** How to get from a frame at {@code pc} to its caller; empty if that is not described or can't be read. */
    Optional<FrameRule> rule(AddressSpace space, long pc) {
        Optional<FrameRule> known = rules.get(pc);
        if (known != null) {
            return known;
        }
        Optional<FrameRule> found;
        try {
            found = search(space, pc);
        } catch (MemoryFault _) {
            return Optional.empty(); // A page that is not there now may be there next time.
        }
        if (rules.size() < MOST_RULES) {
            rules.put(pc, found);
        }
        return found;
    }

    private Optional<FrameRule> search(AddressSpace space, long pc) {
        int low = 0;
        int high = entries;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (header + space.readInt(table + 8L * middle) <= pc) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            return Optional.empty();
        }
        return describe(space, header + space.readInt(table + 8L * (low - 1) + 4), pc);
    }

    private Optional<FrameRule> describe(AddressSpace space, long entry, long pc) {
        var bytes = new FrameBytes(space, entry, header);
        long end = bytes.u32() + entry + 4;
        long common = bytes.position() - bytes.u32();
        var info = Common.read(space, common, header);
        long start = bytes.pointer(info.pointerEncoding);
        long length = bytes.number(info.pointerEncoding);
        if (pc < start || pc >= start + length) {
            return Optional.empty();
        }
        if (info.hasAugmentation) {
            long skipped = bytes.uleb();
            bytes.seek(bytes.position() + skipped);
        }
        var program = new FrameProgram(info.codeAlign, info.dataAlign, info.pointerEncoding);
        program.run(new FrameBytes(space, info.instructions, header), info.end, 0, Long.MAX_VALUE);
        program.setInitial();
        program.run(bytes, end, start, pc);
        return Optional.of(program.rule());
    }

    /** What the descriptions of several functions have in common. */
    private record Common(
            long codeAlign, long dataAlign, int pointerEncoding, boolean hasAugmentation, long instructions, long end) {
        static Common read(AddressSpace space, long at, long header) {
            var bytes = new FrameBytes(space, at, header);
            long end = bytes.u32() + at + 4;
            bytes.u32();
            int version = bytes.u8();
            var augmentation = new StringBuilder();
            for (int letter = bytes.u8(); letter != 0 && augmentation.length() < 8; letter = bytes.u8()) {
                augmentation.append((char) letter);
            }
            long codeAlign = bytes.uleb();
            long dataAlign = bytes.sleb();
            if (version == 1) {
                bytes.u8();
            } else {
                bytes.uleb();
            }
            int encoding = 0;
            long instructions = bytes.position();
            boolean augmented = augmentation.indexOf("z") == 0;
            if (augmented) {
                long length = bytes.uleb();
                instructions = bytes.position() + length;
                for (int i = 1; i < augmentation.length(); i++) {
                    switch (augmentation.charAt(i)) {
                        case 'R' -> encoding = bytes.u8();
                        case 'P' -> bytes.number(bytes.u8());
                        case 'L' -> bytes.u8();
                        default -> {}
                    }
                }
            }
            return new Common(codeAlign, dataAlign, encoding, augmented, instructions, end);
        }
    }
}
