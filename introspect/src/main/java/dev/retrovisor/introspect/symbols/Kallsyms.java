package dev.retrovisor.introspect.symbols;

import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds and decodes the kernel's compressed symbol table (scripts/kallsyms.c of Linux) in physical memory, in the layouts of
 * Linux 5, 6.12 and 7. It stands in the kernel's image, so it is there from the first step on.
 *
 * <p>The table's parts lie behind each other: the number of symbols, their names as strings of tokens, a marker for each
 * 256 names, 256 tokens, an index of the tokens; before or behind all that the addresses.
 */
public final class Kallsyms {
    /** Where the link puts a riscv64 kernel: its last 2 GiB of addresses. */
    static final long LINK_ADDRESS = -1L << 31;

    private static final byte[] DIGITS =
            "0\0001\0002\0003\0004\0005\0006\0007\0008\0009\000".getBytes(StandardCharsets.ISO_8859_1);
    private static final int TOKENS = 256;
    private static final int NAMES_A_MARKER = 256;
    private static final int MOST_SYMBOLS = 2_000_000;
    private static final int REACH_BYTES = 24 << 20;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int LONGEST_TOKEN = 512;

    /** Of each part: 8 bytes before Linux 7, then 4. */
    private static final int[] ALIGNMENTS = {8, 4};

    private final Window window;
    private final int tokenTable;
    private final int tokenIndex;
    private int count;
    private int names;
    private int numSyms;
    private int[] nameOffsets;

    private Kallsyms(Window window, int tokenTable, int tokenIndex) {
        this.window = window;
        this.tokenTable = tokenTable;
        this.tokenIndex = tokenIndex;
    }

    /**
     * What was found.
     *
     * @param physicalOffset virtual minus physical address of the kernel's image
     */
    public record Found(Symbols symbols, long physicalOffset) {}

    /** The first table in memory whose parts all fit each other. */
    public static Optional<Found> find(PhysicalMemory memory) {
        long end = memory.base() + memory.sizeBytes();
        byte[] chunk = new byte[CHUNK_BYTES + DIGITS.length];
        for (long at = memory.base(); at < end; at += CHUNK_BYTES) {
            int length = (int) Math.min(chunk.length, end - at);
            memory.read(at, chunk, 0, length);
            for (int i = next(chunk, 0, length); i >= 0; i = next(chunk, i + 1, length)) {
                Optional<Found> found = at(memory, at + i);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static int next(byte[] chunk, int from, int length) {
        for (int i = from; i <= length - DIGITS.length; i++) {
            // '0' and a zero are looked at first: most bytes are neither.
            if (chunk[i] == '0'
                    && chunk[i + 1] == 0
                    && chunk[i + 2] == '1'
                    && Arrays.equals(chunk, i, i + DIGITS.length, DIGITS, 0, DIGITS.length)) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<Found> at(PhysicalMemory memory, long digits) {
        var window = new Window(memory, (digits & -4096) - REACH_BYTES, digits + REACH_BYTES);
        int zero = (int) (digits - window.physical(0));
        int end = zero;
        for (int token = '0'; token < TOKENS; token++) {
            int start = end;
            while (window.u8(end) > 0 && end - start < LONGEST_TOKEN) {
                end++;
            }
            end++;
        }
        for (int alignment : ALIGNMENTS) {
            int index = end + alignment - 1 & -alignment;
            int table = zero - window.u16(index + 2 * '0');
            var kallsyms = new Kallsyms(window, table, index);
            if (kallsyms.tokensFit() && kallsyms.findNames(alignment)) {
                return kallsyms.decode();
            }
        }
        return Optional.empty();
    }

    private boolean tokensFit() {
        if (tokenTable < 0 || window.u16(tokenIndex) != 0) {
            return false;
        }
        for (int token = 1; token < TOKENS; token++) {
            int start = window.u16(tokenIndex + 2 * token);
            if (start <= window.u16(tokenIndex + 2 * (token - 1)) || window.u8(tokenTable + start - 1) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Markers ascend from 0 and end at the token table, names end at the markers, their number stands before them. */
    private boolean findNames(int alignment) {
        int last = tokenTable - 4;
        while (last > 0 && window.i32(last) == 0) {
            last -= 4;
        }
        int first = last;
        while (first > 0 && window.i32(first) != 0 && window.u32(first - 4) < window.u32(first)) {
            first -= 4;
        }
        if (window.i32(first) != 0) {
            return false;
        }
        int markers = (last - first) / 4 + 1;
        long latest = first - window.u32(last);
        long most = markers * (long) NAMES_A_MARKER;
        long earliest = Math.max(0, latest - NAMES_A_MARKER * LONGEST_TOKEN);
        for (int at = (int) latest & -alignment; at >= earliest; at -= alignment) {
            long candidate = window.u32(at);
            if (candidate <= most && candidate > most - NAMES_A_MARKER && candidate <= MOST_SYMBOLS) {
                numSyms = at;
                names = at + alignment;
                count = (int) candidate;
                if (namesFit(first)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean namesFit(int markers) {
        nameOffsets = new int[count];
        int at = names;
        for (int i = 0; i < count; i++) {
            if (i % NAMES_A_MARKER == 0 && window.u32(markers + i / NAMES_A_MARKER * 4) != at - names) {
                return false;
            }
            nameOffsets[i] = at;
            int length = window.u8(at);
            at += 1 + ((length & 0x80) == 0 ? length : length & 0x7f | window.u8(at + 1) << 7) + (length >>> 7);
            if (length <= 0 || at > markers) {
                return false;
            }
        }
        return true;
    }

    private Optional<Found> decode() {
        String[] tokens = new String[TOKENS];
        for (int token = 0; token < TOKENS; token++) {
            int start = tokenTable + window.u16(tokenIndex + 2 * token);
            int end = start;
            while (window.u8(end) > 0) {
                end++;
            }
            tokens[token] = new String(window.bytes(), start, end - start, StandardCharsets.ISO_8859_1);
        }
        String[] texts = new String[count];
        char[] types = new char[count];
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int at = nameOffsets[i];
            int length = window.u8(at++);
            if ((length & 0x80) != 0) {
                length = length & 0x7f | window.u8(at++) << 7;
            }
            text.setLength(0);
            for (int k = 0; k < length; k++) {
                text.append(tokens[window.u8(at + k)]);
            }
            if (text.length() < 2) {
                return Optional.empty();
            }
            types[i] = text.charAt(0);
            texts[i] = text.substring(1);
        }
        return addresses(texts, types);
    }

    /** Tries the layouts of the addresses in turn; a table must know where it lies itself. */
    private Optional<Found> addresses(String[] texts, char[] types) {
        int offsets = tokenIndex + 2 * TOKENS;
        int behind = offsets + 4 * count + 7 & -8;
        int before = (numSyms - 8 - 4 * count) & -8;
        for (long[] candidate : new long[][] {
            based(offsets, window.i64(behind)), based(before, window.i64(numSyms - 8)), selfRelative(offsets)
        }) {
            int namesSymbol = indexOf(texts, "kallsyms_names");
            int tableSymbol = indexOf(texts, "kallsyms_token_table");
            if (namesSymbol < 0 || tableSymbol < 0) {
                return Optional.empty();
            }
            long physicalOffset = candidate[namesSymbol] - window.physical(names);
            if (candidate[tableSymbol] - window.physical(tokenTable) == physicalOffset) {
                return Optional.of(new Found(new Symbols(texts, types, candidate), physicalOffset));
            }
        }
        return Optional.empty();
    }

    private long[] based(int offsets, long base) {
        long[] addresses = new long[count];
        for (int i = 0; i < count; i++) {
            addresses[i] = base + window.u32(offsets + 4 * i);
        }
        return addresses;
    }

    /** Linux 7: each entry is the distance from itself; nothing says where that is but the link. */
    private long[] selfRelative(int offsets) {
        long[] addresses = new long[count];
        long lowest = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            addresses[i] = window.physical(offsets + 4 * i) + window.i32(offsets + 4 * i);
            lowest = Math.min(lowest, addresses[i]);
        }
        long shift = LINK_ADDRESS - lowest;
        for (int i = 0; i < count; i++) {
            addresses[i] += shift;
        }
        return addresses;
    }

    private static int indexOf(String[] texts, String name) {
        return Arrays.asList(texts).indexOf(name);
    }
}
