package dev.retrovisor.replayer;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.event.DeviceEvents;
import dev.retrovisor.replayer.Divergence.Kind;
import dev.retrovisor.traces.DurableEnd;
import dev.retrovisor.traces.EndReason;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceEntry;
import dev.retrovisor.traces.TraceEntry.StateHash;
import dev.retrovisor.traces.TraceReader;
import java.util.function.LongSupplier;

/**
 * Compares what leaves the machine with the events log, and state hashes where the log has one.
 *
 * <p>A trace that did not end in order may end in the middle of a step: of its last step the log may have more events
 * than a replay up to it makes, or fewer.
 */
final class EventCheck implements DeviceEventSink, AutoCloseable {
    private final TraceReader trace;
    private long looseFromStep;
    private EventCursor<TraceEntry> events;

    /** Runs ahead of {@link #events}: at the next hash, where the machine must stop. */
    private EventCursor<TraceEntry> hashes;

    private ReplayListener listener = ReplayListener.SILENT;
    private ReplayTap tap = ReplayTap.NONE;
    private LongSupplier clock = () -> 0;
    private Divergence divergence;
    private Position lastGood;
    private boolean skipsFullHashes;
    private long deviceEvents;
    private long lightHashes;
    private long fullHashes;

    EventCheck(TraceReader trace) {
        this.trace = trace;
        events = trace.events();
        hashes = trace.events();
        lastGood = trace.manifest().start().position();
        reach(trace.durableEnd(), false);
    }

    /**
     * Says how far the log goes.
     *
     * @param grows whether a log without an end record goes on: its recorder stood still at its end, between two steps
     */
    void reach(DurableEnd end, boolean grows) {
        if (grows && end.end().isEmpty()) {
            looseFromStep = Long.MAX_VALUE;
            return;
        }
        boolean orderly = end.end()
                .filter(record -> record.reason() != EndReason.TRACE_FULL && record.reason() != EndReason.FAILED)
                .isPresent();
        looseFromStep = orderly ? Long.MAX_VALUE : end.position().step();
    }

    void tell(ReplayListener newListener) {
        listener = newListener;
    }

    /** @param virtualNanos the machine's clock */
    void tap(ReplayTap newTap, LongSupplier virtualNanos) {
        tap = newTap;
        clock = virtualNanos;
    }

    @Override
    public void accept(DeviceEvent replayed) {
        if (divergence != null) {
            return;
        }
        TraceEntry next = events.peek();
        if (next instanceof TraceEntry.Device(DeviceEvent recorded)) {
            if (DeviceEvents.same(recorded, replayed)) {
                events.next();
                deviceEvents++;
                if (replayed instanceof DeviceEvent.ConsoleOutput(long _, int console, byte[] bytes)) {
                    listener.consoleOutput(console, bytes);
                }
                tap.out(replayed, clock.getAsLong());
                return;
            }
            differ(Kind.EVENT_DIFFERS, at(replayed), describe(next), DeviceEvents.describe(replayed));
        } else if (next != null || replayed.step() < looseFromStep) {
            differ(Kind.EVENT_EXTRA, at(replayed), describe(next), DeviceEvents.describe(replayed));
        }
    }

    /** Goes on behind the entries of a place. */
    void resume(ReplayPlace place) {
        close();
        events = trace.events();
        hashes = trace.events();
        events.skipTo(place.entries());
        hashes.skipTo(place.entries());
        divergence = null;
        lastGood = place.position();
    }

    void skipFullHashes() {
        skipsFullHashes = true;
    }

    /** The next hash of the log, at which the machine must stop; null if there is none any more. */
    StateHash nextHash() {
        while (hashes.peek() != null) {
            if (hashes.peek() instanceof StateHash hash) {
                return hash;
            }
            hashes.next();
        }
        return null;
    }

    /** Compares the next hash, over all state, unless those are left out; the machine stands at its moment. */
    void checkFull(StateHash recorded, LongSupplier replayedHash) {
        check(recorded, skipsFullHashes ? recorded.hash() : replayedHash.getAsLong());
    }

    /** Compares the next hash with the machine's; the machine stands at its moment. */
    void check(StateHash recorded, long replayedHash) {
        hashes.next();
        if (divergence != null) {
            return;
        }
        var position = new Position(recorded.step(), recorded.virtualNanos());
        if (events.peek() instanceof TraceEntry.Device(DeviceEvent missing)) {
            differ(Kind.EVENT_MISSING, at(missing), DeviceEvents.describe(missing), "nothing");
        } else if (recorded.hash() != replayedHash) {
            Kind kind = recorded.kind() == StateHash.Kind.LIGHT ? Kind.REGISTERS : Kind.STATE;
            differ(kind, position, "hash %016x".formatted(recorded.hash()), "hash %016x".formatted(replayedHash));
        } else {
            events.next();
            lastGood = position;
            switch (recorded.kind()) {
                case LIGHT -> lightHashes++;
                case FULL -> fullHashes++;
            }
        }
    }

    /** At the end: nothing may be left. */
    void finish() {
        TraceEntry left = divergence == null ? events.peek() : null;
        while (left instanceof TraceEntry.Device && left.step() >= looseFromStep) {
            events.next();
            left = events.peek();
        }
        if (left != null) {
            differ(Kind.EVENT_MISSING, new Position(left.step(), left.step()), describe(left), "nothing");
        }
    }

    void differ(Kind kind, Position position, String recorded, String replayed) {
        differ(kind, position, events.ordinal(), recorded, replayed);
    }

    void differ(Kind kind, Position position, long entry, String recorded, String replayed) {
        if (divergence == null) {
            divergence = new Divergence(kind, position, entry, recorded, replayed, lastGood);
        }
    }

    /** Number of the entry that comes next. */
    long entry() {
        return events.ordinal();
    }

    /** The first disagreement, or null. */
    Divergence divergence() {
        return divergence;
    }

    long deviceEvents() {
        return deviceEvents;
    }

    long lightHashes() {
        return lightHashes;
    }

    long fullHashes() {
        return fullHashes;
    }

    @Override
    public void close() {
        try (var _ = events) {
            hashes.close();
        }
    }

    /** Device events carry their step only; virtual time is at least as much behind it as it was at the last hash. */
    private Position at(DeviceEvent event) {
        return new Position(event.step(), event.step() + lastGood.virtualNanos() - lastGood.step());
    }

    private static String describe(TraceEntry entry) {
        return switch (entry) {
            case null -> "nothing: the log ends before";
            case TraceEntry.Device(DeviceEvent event) -> DeviceEvents.describe(event);
            case StateHash hash -> "step %,d: no event before a state hash".formatted(hash.step());
        };
    }
}
