package dev.retrovisor.introspect.leak;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SequencedSet;
import java.util.TreeMap;

/** What is allocated in one address space, by whom, and what was given back not long ago. */
public final class Ledger {
    /** Freed pieces are forgotten, the oldest first: what they were tells of misuse only. */
    private static final int MOST_FREED = 100_000;

    private final Map<Long, Allocation> live = new LinkedHashMap<>();
    private final NavigableMap<Long, Freed> freed = new TreeMap<>();
    private final Map<Site, Account> accounts = new LinkedHashMap<>();
    private final SequencedSet<Long> freedInOrder = new LinkedHashSet<>();
    private long unknownFrees;

    /** Stacks are told apart as objects: each is there once, and has many frames to compare. */
    private record Site(String function, CallStack stack) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Site(String otherFunction, CallStack otherStack)
                    && stack == otherStack
                    && function.equals(otherFunction);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(stack) * 31 + function.hashCode();
        }
    }

    /** What one site holds. */
    private static final class Account {
        private long live;
        private long bytes;
        private long total;
        private final Growth growth = new Growth();

        void add(long virtualNanos, int count, long change) {
            live += count;
            bytes += change;
            growth.add(virtualNanos, bytes);
        }
    }

    /** A piece that was given back. */
    public record Freed(Allocation allocation, Moment at, CallStack by) {}

    /** The same as another one, as a child of fork has it; growth begins anew. */
    Ledger copy() {
        var copy = new Ledger();
        live.values().forEach(copy::enter);
        return copy;
    }

    private void enter(Allocation allocation) {
        live.put(allocation.pointer(), allocation);
        Account account = account(allocation);
        account.total++;
        account.add(allocation.at().virtualNanos(), 1, allocation.sizeBytes());
    }

    private Account account(Allocation allocation) {
        return accounts.computeIfAbsent(new Site(allocation.function(), allocation.stack()), _ -> new Account());
    }

    /** Memory was given; what was free there is free no more. Returns the freed pieces that it covers. */
    List<Freed> allocate(Allocation allocation) {
        // A piece whose return was not seen: its place says that it was.
        Allocation lost = live.remove(allocation.pointer());
        if (lost != null) {
            account(lost).add(allocation.at().virtualNanos(), -1, -lost.sizeBytes());
        }
        List<Freed> covered = reuse(allocation.pointer(), Math.max(allocation.sizeBytes(), 1));
        enter(allocation);
        return covered;
    }

    /** A stretch of memory is in use again. Returns the freed pieces in it. */
    List<Freed> reuse(long pointer, long sizeBytes) {
        List<Freed> covered = covered(pointer, sizeBytes);
        covered.forEach(piece -> {
            freed.remove(piece.allocation.pointer());
            freedInOrder.remove(piece.allocation.pointer());
        });
        return covered;
    }

    private List<Freed> covered(long pointer, long sizeBytes) {
        List<Freed> covered = new ArrayList<>();
        Map.Entry<Long, Freed> before = freed.lowerEntry(pointer);
        if (before != null && before.getValue().allocation.end() > pointer) {
            covered.add(before.getValue());
        }
        covered.addAll(freed.subMap(pointer, pointer + sizeBytes).values());
        return covered;
    }

    /** What comes of giving memory back: a piece that is free now, a second return, or nothing that is known. */
    sealed interface Return {
        record Good(Freed freed) implements Return {}

        record Again(Freed freed) implements Return {}

        record Unknown() implements Return {}
    }

    /** Memory was given back. */
    Return free(long pointer, Moment at, CallStack by) {
        Allocation allocation = live.remove(pointer);
        if (allocation == null) {
            Freed before = freed.get(pointer);
            if (before != null) {
                return new Return.Again(before);
            }
            unknownFrees++;
            return new Return.Unknown();
        }
        account(allocation).add(at.virtualNanos(), -1, -allocation.sizeBytes());
        var piece = new Freed(allocation, at, by);
        freed.put(pointer, piece);
        freedInOrder.add(pointer);
        if (freedInOrder.size() > MOST_FREED) {
            freed.remove(freedInOrder.removeFirst());
        }
        return new Return.Good(piece);
    }

    /** All that is held, in the order of its allocation. */
    public List<Allocation> live() {
        return List.copyOf(live.values());
    }

    /** Returns of pieces that were allocated before anyone watched. */
    public long unknownFrees() {
        return unknownFrees;
    }

    /** Who holds what, the most bytes first. */
    public List<Holder> holders() {
        Map<Site, Allocation> first = new HashMap<>();
        Map<Site, Allocation> last = new HashMap<>();
        for (Allocation each : live.values()) {
            var site = new Site(each.function(), each.stack());
            first.putIfAbsent(site, each);
            last.put(site, each);
        }
        return accounts.entrySet().stream()
                .filter(entry -> entry.getValue().live > 0)
                .map(entry -> holder(entry.getKey(), entry.getValue(), first, last))
                .sorted(Comparator.comparingLong(Holder::liveBytes).reversed())
                .toList();
    }

    private static Holder holder(Site site, Account account, Map<Site, Allocation> first, Map<Site, Allocation> last) {
        return new Holder(
                site.function,
                site.stack,
                account.live,
                account.bytes,
                account.total,
                first.get(site).at(),
                last.get(site).at(),
                account.growth.samples());
    }
}
