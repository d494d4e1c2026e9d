package dev.retrovisor.cli;

import dev.retrovisor.replayer.Divergence;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.traces.Position;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a replay, as {@code --format json} prints it.
 *
 * @param outcome end, until, diverged or cancelled
 * @param identical whether everything that was compared was equal
 * @param startSteps steps where the trace begins: 0, but for one that goes on from another
 * @param engine what the machine ran on
 * @param engineStatistics what the engine did; null without {@code --stats}
 * @param recordingComplete whether the recording was ended in order
 * @param divergence the first disagreement, or null
 */
record ReplayFacts(
        String trace,
        String outcome,
        boolean identical,
        long startSteps,
        long steps,
        long virtualNanos,
        long endSteps,
        long endVirtualNanos,
        long wallNanos,
        double mips,
        long inputs,
        long deviceEvents,
        long stateHashes,
        long fullStateHashes,
        int restarts,
        String engine,
        Map<String, Long> engineStatistics,
        boolean recordingComplete,
        Mismatch divergence) {
    static final int SCHEMA_VERSION = 1;

    /** Where a replay and its recording part. */
    record Mismatch(String kind, At position, long entry, String recorded, String replayed, At lastGood) {
        static Mismatch of(Divergence divergence) {
            return new Mismatch(
                    divergence.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    At.of(divergence.position()),
                    divergence.entry(),
                    divergence.recorded(),
                    divergence.replayed(),
                    At.of(divergence.lastGood()));
        }
    }

    record At(long step, long virtualNanos) {
        static At of(Position position) {
            return new At(position.step(), position.virtualNanos());
        }
    }

    static ReplayFacts of(String trace, ReplayResult result, EngineOptions options) {
        return new ReplayFacts(
                trace,
                result.outcome().name().toLowerCase(Locale.ROOT),
                result.divergence().isEmpty(),
                result.start().step(),
                result.position().step(),
                result.position().virtualNanos(),
                result.end().step(),
                result.end().virtualNanos(),
                result.wallNanos(),
                result.wallNanos() == 0
                        ? 0
                        : 1000.0 * (result.position().step() - result.start().step()) / result.wallNanos(),
                result.inputs(),
                result.deviceEvents(),
                result.lightHashes() + result.fullHashes(),
                result.fullHashes(),
                result.restarts(),
                EngineOptions.name(result.engine()),
                EngineFacts.of(result.engineStatistics(), options),
                result.recordedEnd().isPresent(),
                result.divergence().map(Mismatch::of).orElse(null));
    }

    /** {@code bit-identical: 120 state hashes and 4,020 device events agree}. */
    String verdict(Screen screen) {
        return screen.good("bit-identical") + ": "
                + Text.count(stateHashes) + (stateHashes == 1 ? " state hash and " : " state hashes and ")
                + Text.count(deviceEvents, "device event") + " agree";
    }

    /** {@code 512,000,000 steps in 12.3 s (41.6 MIPS, translator)}. */
    String ran() {
        return "%s in %s (%s MIPS, %s)"
                .formatted(
                        Text.count(steps - startSteps, "step"),
                        Text.duration(wallNanos),
                        Text.decimal(mips, 1),
                        engine);
    }

    /** Prints the facts for people, a divergence's report among them. */
    void print(Screen screen, ReplayResult result) {
        if (result.divergence().isPresent()) {
            Divergence found = result.divergence().get();
            screen.out().println(screen.bad("diverged") + ": the replay is not what was recorded");
            new Facts(screen)
                    .add("what", found.kind().words())
                    .add("at", Positions.words(found.position()) + ", entry " + Text.count(found.entry()))
                    .add("recorded", found.recorded())
                    .add("replayed", found.replayed())
                    .add("last good", Positions.words(found.lastGood()))
                    .add(
                            "note",
                            "recording and replay have the same machine model: the trace was altered, or this is a bug of ours")
                    .print();
            return;
        }
        screen.out().println(verdict(screen));
        var facts = new Facts(screen).add("replayed", ran()).add("inputs", Text.count(inputs));
        facts.add("stands at", Positions.words(result.position()) + where(result));
        facts.print();
    }

    private static String where(ReplayResult result) {
        return switch (result.outcome()) {
            case END ->
                result.recordedEnd().isPresent() ? ", the trace's end" : ", the last that its killed recorder kept";
            case UNTIL -> " of " + Text.count(result.end().step());
            case CANCELLED -> " of " + Text.count(result.end().step()) + ": interrupted";
            case DIVERGED -> "";
        };
    }
}
