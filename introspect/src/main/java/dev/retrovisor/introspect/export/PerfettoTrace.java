package dev.retrovisor.introspect.export;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a timeline as Perfetto reads it: a {@code Trace} of {@code TracePacket}s with {@code TrackDescriptor}s and
 * {@code TrackEvent}s, whose clock is the machine's virtual time. Field numbers are those of Perfetto's
 * {@code protos/perfetto/trace}, which are stable.
 *
 * <p>Packets need not come in the order of time: Perfetto sorts. Slices of one track must nest.
 */
public final class PerfettoTrace {
    private static final int SEQUENCE_ID = 1;
    private static final int STATE_CLEARED = 1;
    private static final int NEEDS_STATE = 2;
    private static final int BOOTTIME = 6;

    private static final int SLICE_BEGIN = 1;
    private static final int SLICE_END = 2;
    private static final int INSTANT = 3;
    private static final int COUNTER = 4;

    /** Names that get a number; a guest can make up any number of others. */
    private static final int MOST_NAMES = 10_000;

    private final OutputStream out;
    private final Map<String, Integer> categories = new HashMap<>();
    private final Map<String, Integer> eventNames = new HashMap<>();
    private final Map<String, Integer> annotationNames = new HashMap<>();
    private ProtoMessage interned = new ProtoMessage();
    private boolean hasBegun;
    private long lastTrack;

    /** @param out is not closed */
    public PerfettoTrace(OutputStream out) {
        this.out = out;
    }

    /** What a counter counts. */
    public enum Unit {
        COUNT(2),
        BYTES(3);

        private final int code;

        Unit(int code) {
            this.code = code;
        }
    }

    /**
     * What an event says of itself.
     *
     * @param flows ids of flows that begin at or go through the event
     * @param endingFlows ids of flows that end at it
     */
    public record Label(
            String category, String name, List<Annotation> annotations, List<Long> flows, List<Long> endingFlows) {
        public Label(String category, String name) {
            this(category, name, List.of(), List.of(), List.of());
        }

        public Label with(List<Annotation> more) {
            return new Label(category, name, more, flows, endingFlows);
        }

        public Label startingFlow(long id) {
            List<Long> longer = new ArrayList<>(flows);
            longer.add(id);
            return new Label(category, name, annotations, longer, endingFlows);
        }

        public Label endingFlow(long id) {
            List<Long> longer = new ArrayList<>(endingFlows);
            longer.add(id);
            return new Label(category, name, annotations, flows, longer);
        }
    }

    /** A fact of an event. */
    public sealed interface Annotation {
        String name();

        record Number(String name, long value) implements Annotation {}

        record Address(String name, long value) implements Annotation {}

        record Text(String name, String value) implements Annotation {}

        record Flag(String name, boolean value) implements Annotation {}
    }

    // Tracks.

    /** A new track for a process. A process number that is used again is another track. */
    public long process(int pid, String name) {
        long track = ++lastTrack;
        describeProcess(track, pid, name);
        return track;
    }

    /** Gives a process's track another name. */
    public void describeProcess(long track, int pid, String name) {
        var process = new ProtoMessage().number(1, pid).text(6, name);
        descriptor(new ProtoMessage().number(1, track).message(3, process));
    }

    /** A new track for a thread of a process. */
    public long thread(int pid, int tid, String name) {
        long track = ++lastTrack;
        describeThread(track, pid, tid, name);
        return track;
    }

    /** Gives a thread's track another name. */
    public void describeThread(long track, int pid, int tid, String name) {
        var thread = new ProtoMessage().number(1, pid).number(2, tid).text(5, name);
        descriptor(new ProtoMessage().number(1, track).message(4, thread));
    }

    /** A new track below another, or at the top if {@code parent} is 0. */
    public long track(long parent, String name) {
        long track = ++lastTrack;
        descriptor(child(track, parent, name));
        return track;
    }

    /** A new track of values. */
    public long counter(long parent, String name, Unit unit) {
        long track = ++lastTrack;
        descriptor(child(track, parent, name).message(8, new ProtoMessage().number(3, unit.code)));
        return track;
    }

    private static ProtoMessage child(long track, long parent, String name) {
        var descriptor = new ProtoMessage().number(1, track).text(2, name);
        return parent == 0 ? descriptor : descriptor.number(5, parent);
    }

    private void descriptor(ProtoMessage descriptor) {
        packet(new ProtoMessage().message(60, descriptor));
    }

    // Events.

    /** Something that lasts. */
    public void slice(long track, long beginNanos, long endNanos, Label label) {
        event(beginNanos, labelled(SLICE_BEGIN, track, label));
        event(endNanos, new ProtoMessage().number(9, SLICE_END).number(11, track));
    }

    /** Something that takes no time. */
    public void instant(long track, long nanos, Label label) {
        event(nanos, labelled(INSTANT, track, label));
    }

    /** A counter's new value. */
    public void value(long counter, long nanos, long value) {
        event(nanos, new ProtoMessage().number(9, COUNTER).number(11, counter).number(30, value));
    }

    private ProtoMessage labelled(int type, long track, Label label) {
        var event = new ProtoMessage().number(9, type).number(11, track);
        named(event, 3, 22, 1, categories, label.category());
        named(event, 10, 23, 2, eventNames, label.name());
        for (Annotation each : label.annotations()) {
            event.message(4, annotation(each));
        }
        label.flows().forEach(id -> event.fixed64(47, id));
        label.endingFlows().forEach(id -> event.fixed64(48, id));
        return event;
    }

    private ProtoMessage annotation(Annotation annotation) {
        var message = new ProtoMessage();
        named(message, 1, 10, 3, annotationNames, annotation.name());
        return switch (annotation) {
            case Annotation.Flag(String _, boolean value) -> message.number(2, value ? 1 : 0);
            case Annotation.Number(String _, long value) -> message.number(4, value);
            case Annotation.Text(String _, String value) -> message.text(6, value);
            case Annotation.Address(String _, long value) -> message.number(7, value);
        };
    }

    /** Writes a name once and its number from then on. */
    private void named(
            ProtoMessage to, int idField, int textField, int table, Map<String, Integer> known, String name) {
        Integer id = known.get(name);
        if (id == null && known.size() < MOST_NAMES) {
            id = known.size() + 1;
            known.put(name, id);
            interned.message(table, new ProtoMessage().number(1, id).text(2, name));
        }
        if (id == null) {
            to.text(textField, name);
        } else {
            to.number(idField, id);
        }
    }

    private void event(long nanos, ProtoMessage event) {
        packet(new ProtoMessage().number(8, nanos).number(58, BOOTTIME).message(11, event));
    }

    private void packet(ProtoMessage packet) {
        packet.number(10, SEQUENCE_ID).number(13, hasBegun ? NEEDS_STATE : STATE_CLEARED | NEEDS_STATE);
        hasBegun = true;
        if (!interned.isEmpty()) {
            packet.message(12, interned);
            interned = new ProtoMessage();
        }
        try {
            out.write(new ProtoMessage().message(1, packet).toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
