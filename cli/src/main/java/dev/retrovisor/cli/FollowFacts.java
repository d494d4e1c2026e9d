package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayResult;

/**
 * What came of following a trace, as {@code --format json} prints it at the end.
 *
 * @param ended trace-ended, recorder-died, diverged or interrupted
 * @param mostLagVirtualNanos since the follower had once caught up, of the guest's time
 * @param mostLagWallNanos the same on the wall clock: how long something durable waited to be replayed
 */
record FollowFacts(
        String trace,
        String ended,
        boolean identical,
        long steps,
        long virtualNanos,
        long wallNanos,
        long inputs,
        long deviceEvents,
        long stateHashes,
        long fullStateHashes,
        String engine,
        long mostLagVirtualNanos,
        long mostLagWallNanos,
        ReplayFacts.Mismatch divergence) {
    static final int SCHEMA_VERSION = 1;

    static FollowFacts of(String trace, FollowRunner.Result followed, FollowLag lag) {
        ReplayResult replayed = followed.replayed();
        return new FollowFacts(
                trace,
                CellText.word(followed.ending()),
                replayed.divergence().isEmpty(),
                replayed.position().step(),
                replayed.position().virtualNanos(),
                followed.wallNanos(),
                replayed.inputs(),
                replayed.deviceEvents(),
                replayed.lightHashes() + replayed.fullHashes(),
                replayed.fullHashes(),
                EngineOptions.name(replayed.engine()),
                lag.mostVirtualNanos(),
                lag.mostWallNanos(),
                replayed.divergence().map(ReplayFacts.Mismatch::of).orElse(null));
    }

    /** For people, of a replay that is what was recorded. */
    void print(Screen screen, FollowRunner.Result followed) {
        var facts = new Facts(screen)
                .add("ended", why(followed.ending()))
                .add(
                        "followed",
                        "%s in %s, %s of the guest's time, %s"
                                .formatted(
                                        Text.count(steps, "step"),
                                        Text.duration(wallNanos),
                                        Text.duration(virtualNanos),
                                        engine))
                .add(
                        "the same",
                        "%s %s and %s agree"
                                .formatted(
                                        Text.count(stateHashes),
                                        stateHashes == 1 ? "state hash" : "state hashes",
                                        Text.count(deviceEvents, "device event")));
        if (mostLagWallNanos > 0) {
            facts.add(
                    "most behind",
                    "%s, %s of the guest's time"
                            .formatted(Text.duration(mostLagWallNanos), Text.duration(mostLagVirtualNanos)));
        }
        facts.print();
    }

    private static String why(FollowRunner.Ending ending) {
        return switch (ending) {
            case TRACE_ENDED -> "the recording has ended";
            case RECORDER_DIED -> "the recorder is gone, and wrote no end: this is the last that it left";
            case DIVERGED -> "the replay is not what was recorded";
            case INTERRUPTED -> "you left";
        };
    }
}
