package dev.retrovisor.cli;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.heap.CallStack;
import dev.retrovisor.introspect.leak.Growth;
import dev.retrovisor.introspect.leak.Heap;
import dev.retrovisor.introspect.leak.Holder;
import dev.retrovisor.introspect.leak.Leaks;
import dev.retrovisor.introspect.leak.Misuse;
import dev.retrovisor.traces.Position;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * Who holds memory at the end of a stretch of a trace, and who misused it, as {@code --format json} prints it.
 *
 * @param heaps the one that holds most first
 * @param notes what can't be watched on this kernel
 */
record LeaksFacts(
        String trace,
        ReplayFacts.At from,
        ReplayFacts.At to,
        List<HeapFacts> heaps,
        List<MisuseFacts> misuses,
        List<String> notes,
        DamageReport damage) {
    static final int SCHEMA_VERSION = 1;

    /**
     * One heap.
     *
     * @param pid 0 for the kernel's own
     * @param unknownFrees pieces given back that were allocated before the stretch
     */
    record HeapFacts(
            int pid,
            String name,
            boolean exited,
            long live,
            long liveBytes,
            long unknownFrees,
            List<HolderFacts> holders) {
        static HeapFacts of(Heap heap) {
            List<Holder> holders = heap.ledger().holders();
            return new HeapFacts(
                    heap.pid(),
                    heap.comm(),
                    heap.hasExited(),
                    holders.stream().mapToLong(Holder::live).sum(),
                    holders.stream().mapToLong(Holder::liveBytes).sum(),
                    heap.ledger().unknownFrees(),
                    holders.stream().map(HolderFacts::of).toList());
        }
    }

    /** One call stack that holds memory. */
    record HolderFacts(
            String function,
            long live,
            long liveBytes,
            long total,
            ReplayFacts.At first,
            ReplayFacts.At last,
            List<Growth.Sample> growth,
            List<String> stack) {
        static HolderFacts of(Holder holder) {
            return new HolderFacts(
                    holder.function(),
                    holder.live(),
                    holder.liveBytes(),
                    holder.total(),
                    at(holder.first()),
                    at(holder.last()),
                    holder.growth(),
                    frames(holder.stack()));
        }
    }

    /**
     * Memory that was used, or given back, after it had been given back.
     *
     * @param offset of the access in the piece
     * @param accessBytes 0 for a second free
     */
    record MisuseFacts(
            String kind,
            int pid,
            int tid,
            String name,
            String pointer,
            long sizeBytes,
            long offset,
            int accessBytes,
            Place allocated,
            Place freed,
            Place used) {
        static MisuseFacts of(Misuse misuse) {
            return new MisuseFacts(
                    misuse.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    misuse.used().pid(),
                    misuse.used().tid(),
                    misuse.used().comm(),
                    "0x" + Long.toHexString(misuse.allocation().pointer()),
                    misuse.allocation().sizeBytes(),
                    misuse.address() - misuse.allocation().pointer(),
                    misuse.sizeBytes(),
                    Place.of(misuse.allocation().at(), misuse.allocation().stack()),
                    Place.of(misuse.freed(), misuse.freedBy()),
                    Place.of(misuse.used(), misuse.usedBy()));
        }
    }

    /** When and where something was done. */
    record Place(ReplayFacts.At at, List<String> stack) {
        static Place of(Moment moment, CallStack stack) {
            return new Place(LeaksFacts.at(moment), frames(stack));
        }
    }

    static LeaksFacts of(
            String trace,
            Position from,
            Position to,
            Leaks leaks,
            IntPredicate pid,
            List<String> notes,
            DamageReport damage) {
        return new LeaksFacts(
                trace,
                ReplayFacts.At.of(from),
                ReplayFacts.At.of(to),
                leaks.heaps().stream()
                        .filter(heap -> pid.test(heap.pid()))
                        .map(HeapFacts::of)
                        .sorted(Comparator.comparingLong(HeapFacts::liveBytes).reversed())
                        .toList(),
                leaks.misuses().stream()
                        .filter(misuse -> pid.test(misuse.used().pid()))
                        .map(MisuseFacts::of)
                        .toList(),
                notes,
                damage);
    }

    private static ReplayFacts.At at(Moment moment) {
        return new ReplayFacts.At(moment.step(), moment.virtualNanos());
    }

    private static List<String> frames(CallStack stack) {
        return stack.frames().stream().map(frame -> frame.toString()).toList();
    }
}
