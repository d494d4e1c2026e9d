package dev.retrovisor.cli;

import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.event.InputEvents;
import dev.retrovisor.traces.EndReason;
import dev.retrovisor.traces.EndRecord;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceInfo;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A trace of a family.
 *
 * @param manifestSha256 its name among them
 * @param ownBytes what it takes on disk without boot images, which children share
 */
record FamilyMember(
        Path folder,
        String manifestSha256,
        Manifest manifest,
        Position end,
        Optional<EndReason> ended,
        Inputs inputs,
        long ownBytes) {

    /**
     * Its inputs, beside those of its parent behind the branch.
     *
     * @param all all of them
     * @param pokes changes of memory and registers among them
     * @param kept those that the parent has as well, at the same moment
     * @param left those of the parent, up to where this one ends, that this one has not
     * @param isReseeded whether it began with entropy of its own
     */
    record Inputs(long all, long pokes, long kept, long left, boolean isReseeded) {}

    /** @param parent the trace that it goes on from, if that is there */
    static FamilyMember of(Path folder, Optional<Path> parent) {
        try (TraceReader reader = TraceReader.open(folder)) {
            TraceInfo.Sizes sizes = TraceInfo.of(reader).sizes();
            return new FamilyMember(
                    folder,
                    reader.manifestSha256(),
                    reader.manifest(),
                    reader.durableEnd().position(),
                    reader.durableEnd().end().map(EndRecord::reason),
                    inputs(reader, parent),
                    sizes.totalBytes() - sizes.imagesBytes());
        }
    }

    private static Inputs inputs(TraceReader reader, Optional<Path> parent) {
        if (parent.isEmpty() || !(reader.manifest().start() instanceof Manifest.Resumed start)) {
            return count(reader, null, 0);
        }
        try (TraceReader other = TraceReader.open(parent.get())) {
            return count(reader, other, start.inputs());
        }
    }

    /** Goes over both in the order of their positions. */
    private static Inputs count(TraceReader reader, TraceReader parent, long from) {
        Position start = reader.manifest().start().position();
        Position end = reader.durableEnd().position();
        long pokes = 0;
        long kept = 0;
        long left = 0;
        boolean isReseeded = false;
        try (EventCursor<InputEvent> own = reader.inputs();
                EventCursor<InputEvent> others = parent == null ? reader.inputs() : parent.inputs()) {
            others.skipTo(parent == null ? reader.durableEnd().inputs() : from);
            for (InputEvent event = own.next(); event != null; event = own.next()) {
                pokes += event instanceof InputEvent.Poke ? 1 : 0;
                isReseeded |= event instanceof InputEvent.EntropySeed
                        && position(event).equals(start);
                while (others.peek() != null && position(others.peek()).isBefore(position(event))) {
                    others.next();
                    left++;
                }
                if (others.peek() != null && InputEvents.same(others.peek(), event)) {
                    others.next();
                    kept++;
                }
            }
            while (others.peek() != null && !end.isBefore(position(others.peek()))) {
                others.next();
                left++;
            }
            return new Inputs(own.ordinal(), pokes, kept, left, isReseeded);
        }
    }

    private static Position position(InputEvent event) {
        return new Position(event.step(), event.virtualNanos());
    }

    /** What makes it differ from its parent, in words; empty for one from power-on. */
    String changes() {
        return switch (manifest.start()) {
            case Manifest.PowerOn _ -> "";
            case Manifest.Resumed _ -> {
                long own = inputs.all() - inputs.kept() - inputs.pokes();
                var words = new ArrayList<String>();
                if (inputs.pokes() > 0) {
                    words.add(Text.count(inputs.pokes(), "change") + " by hand");
                }
                if (inputs.isReseeded()) {
                    words.add("fresh entropy and time");
                    own -= 2;
                }
                if (own > 0) {
                    words.add(Text.count(own, "input") + " of its own");
                }
                if (inputs.kept() > 0) {
                    words.add(Text.count(inputs.kept()) + " kept");
                }
                if (inputs.left() > 0) {
                    words.add(Text.count(inputs.left()) + " left out");
                }
                yield words.isEmpty() ? "nothing" : String.join(", ", words);
            }
        };
    }
}
