package dev.retrovisor.replayer;

import dev.retrovisor.traces.Position;

/**
 * The first place where a replay disagrees with the recording.
 *
 * @param kind what disagrees
 * @param position where it showed
 * @param entry number of the entry of the events log that it was compared with; for {@link Kind#INPUT_UNREACHABLE} of
 *     the input
 * @param recorded what the trace says
 * @param replayed what the replay came to
 * @param lastGood the last position at which a state hash was equal, or where the trace begins
 */
public record Divergence(
        Kind kind, Position position, long entry, String recorded, String replayed, Position lastGood) {

    /** What disagrees. */
    public enum Kind {
        /** A device event differs. */
        EVENT_DIFFERS("a device event differs"),
        /** A recorded device event did not happen. */
        EVENT_MISSING("a recorded device event did not happen"),
        /** A device event happened that was not recorded. */
        EVENT_EXTRA("a device event happened that was not recorded"),
        /** Registers or devices differ. */
        REGISTERS("the state of harts or devices differs"),
        /** Something differs, memory and disks included. */
        STATE("the state differs"),
        /** The machine can't be brought to the moment of an input. */
        INPUT_UNREACHABLE("the machine does not come to the moment of an input"),
        /** The machine does not come to the moment of a hash, or to the end. */
        MOMENT_UNREACHABLE("the machine does not come to a recorded moment");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /** The report, in five lines. */
    public String report() {
        return """
                divergence: %s
                  at         step %,d, %,d ns (entry %,d)
                  recorded   %s
                  replayed   %s
                  last good  step %,d, %,d ns""".formatted(
                        kind.words(),
                        position.step(),
                        position.virtualNanos(),
                        entry,
                        recorded,
                        replayed,
                        lastGood.step(),
                        lastGood.virtualNanos());
    }
}
