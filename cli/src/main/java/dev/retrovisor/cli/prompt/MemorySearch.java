package dev.retrovisor.cli.prompt;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Looks for bytes in memory as it is. */
final class MemorySearch {
    private static final int PIECE_BYTES = 1 << 20;
    private static final int AROUND_BYTES = 48;

    private final byte[] pattern;
    private final long most;
    private final BooleanSupplier enough;

    /** @param around the bytes from there on, some of them */
    record Hit(long address, byte[] around) {}

    /** @param enough whether nobody wants more; asked often */
    MemorySearch(byte[] pattern, long most, BooleanSupplier enough) {
        this.pattern = pattern;
        this.most = most;
        this.enough = enough;
    }

    List<Hit> physical(PhysicalMemory memory) {
        var hits = new ArrayList<Hit>();
        long end = memory.base() + memory.sizeBytes();
        byte[] piece = new byte[PIECE_BYTES + pattern.length - 1];
        for (long at = memory.base(); at < end && wantsMore(hits); at += PIECE_BYTES) {
            int length = (int) Math.min(piece.length, end - at);
            memory.read(at, piece, 0, length);
            find(piece, length, PIECE_BYTES, at, hits);
        }
        return hits;
    }

    /** @param end behind the last address; 0 for the end of all addresses */
    List<Hit> mapped(AddressSpace space, long start, long end) {
        var hits = new ArrayList<Hit>();
        byte[] piece = new byte[PIECE_BYTES + pattern.length - 1];
        long last = end == 0 ? -AddressSpace.PAGE_BYTES : end;
        long at = start;
        while (Long.compareUnsigned(at, last) < 0 && wantsMore(hits)) {
            long mapped = space.nextMapped(at, last);
            if (Long.compareUnsigned(mapped, last) >= 0) {
                break;
            }
            int wanted = (int) Math.min(piece.length, last - mapped);
            int length = space.readAvailable(mapped, piece, wanted);
            if (length == 0) {
                at = (mapped & -AddressSpace.PAGE_BYTES) + AddressSpace.PAGE_BYTES;
                continue;
            }
            find(piece, length, PIECE_BYTES, mapped, hits);
            at = mapped + Math.min(length, PIECE_BYTES);
        }
        return hits;
    }

    private boolean wantsMore(List<Hit> hits) {
        return hits.size() < most && !enough.getAsBoolean();
    }

    private void find(byte[] piece, int length, int starts, long address, List<Hit> hits) {
        for (int i = 0; i < starts && i + pattern.length <= length; i++) {
            if (piece[i] == pattern[0]
                    && Arrays.equals(piece, i, i + pattern.length, pattern, 0, pattern.length)
                    && hits.size() < most) {
                hits.add(new Hit(address + i, Arrays.copyOfRange(piece, i, Math.min(i + AROUND_BYTES, length))));
            }
        }
    }
}
