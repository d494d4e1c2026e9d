package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.machine.probe.MemoryAccess;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The misuses that were found, in the order in which they happened; what one line of code does to one piece is told once. */
final class Misuses {
    private static final int MOST = 1000;

    private final List<Misuse> found = new ArrayList<>();
    private final Set<Seen> seen = new HashSet<>();

    private record Seen(Misuse.Kind kind, long pointer, long freedStep, long pc) {}

    /** A piece that is free was given back again. */
    void freedAgain(Ledger.Freed before, Moment at, CallStack by) {
        long pointer = before.allocation().pointer();
        add(new Misuse(Misuse.Kind.DOUBLE_FREE, before.allocation(), before.at(), before.by(), at, pointer, 0, by));
    }

    /** A piece that is free was read or written. */
    void used(Ledger.Freed piece, MemoryAccess access, Moment at, CallStack by) {
        var kind = access.kind() == MemoryAccess.Kind.READ ? Misuse.Kind.READ_AFTER_FREE : Misuse.Kind.WRITE_AFTER_FREE;
        if (seen.add(new Seen(kind, piece.allocation().pointer(), piece.at().step(), access.pc()))) {
            add(new Misuse(
                    kind,
                    piece.allocation(),
                    piece.at(),
                    piece.by(),
                    at,
                    access.virtualAddress(),
                    access.sizeBytes(),
                    by));
        }
    }

    private void add(Misuse misuse) {
        if (found.size() < MOST) {
            found.add(misuse);
        }
    }

    List<Misuse> all() {
        return List.copyOf(found);
    }
}
