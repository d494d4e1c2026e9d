package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.machine.probe.MemoryProbe;
import dev.retrovisor.machine.probe.Probe;
import dev.retrovisor.machine.probe.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Probes on memory that was given back, page piece by page piece, until it is given to someone again. */
final class FreedMemory {
    /** More than that is not watched: of a large piece its beginning. */
    private static final long MOST_BYTES = 64 << 10;

    private static final int MOST_PIECES = 50_000;

    /** Is told of an access to a piece that is free. */
    @FunctionalInterface
    interface User {
        void used(Ledger.Freed piece, MemoryAccess access);
    }

    private final Watch watch;
    private final User user;
    private final Map<Ledger.Freed, List<Probe>> pieces = new HashMap<>();

    FreedMemory(Watch watch, User user) {
        this.watch = watch;
        this.user = user;
    }

    /** A piece is free. What of it is not mapped can't be used either. */
    void watch(Ledger.Freed piece, AddressSpace space) {
        if (pieces.size() >= MOST_PIECES) {
            return;
        }
        long pointer = piece.allocation().pointer();
        long end = pointer + Math.min(piece.allocation().sizeBytes(), MOST_BYTES);
        List<Probe> set = new ArrayList<>();
        long next;
        for (long at = pointer; at < end; at = next) {
            next = Math.min(end, (at | AddressSpace.PAGE_BYTES - 1) + 1);
            long physical = space.translate(at);
            if (physical != AddressSpace.UNMAPPED) {
                set.add(watch.probes().onAccess(physical, next - at, probe(piece, at - physical)));
            }
        }
        if (!set.isEmpty()) {
            pieces.put(piece, set);
        }
    }

    /** Pages come to others: only accesses by the piece's own address are to it. */
    private MemoryProbe probe(Ledger.Freed piece, long distance) {
        return access -> {
            if (access.agent() == MemoryAccess.Agent.INSTRUCTION
                    && access.virtualAddress() - access.physicalAddress() == distance) {
                watch.guard(() -> user.used(piece, access));
            }
            return Verdict.GO_ON;
        };
    }

    /** A piece is in use again. */
    void forget(Ledger.Freed piece) {
        List<Probe> set = pieces.remove(piece);
        if (set != null) {
            set.forEach(Probe::remove);
        }
    }

    void close() {
        pieces.values().forEach(set -> set.forEach(Probe::remove));
        pieces.clear();
    }
}
