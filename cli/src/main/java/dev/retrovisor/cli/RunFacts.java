package dev.retrovisor.cli;

import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.traces.TraceInfo;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a live run, as {@code --format json} prints it.
 *
 * @param cause why it ended: the name of a {@link StopCause} in lower case, with hyphens
 * @param startSteps steps when it began: 0, but for a branch
 * @param steps steps when it ended
 * @param mips steps in a microsecond of wall-clock time, idle time among it
 * @param engine what the machine ran on
 * @param engineStatistics what the engine did; null without {@code --stats}
 * @param trace null if nothing was recorded, as all below
 * @param logBytes the trace without the boot images
 */
record RunFacts(
        String guest,
        String cause,
        String detail,
        long startSteps,
        long startVirtualNanos,
        long steps,
        long virtualNanos,
        long wallNanos,
        double mips,
        long inputs,
        long deviceEvents,
        int restarts,
        String engine,
        Map<String, Long> engineStatistics,
        String trace,
        Long traceBytes,
        Long logBytes,
        Double bytesPerThousandSteps,
        String finalStateHash) {
    static final int SCHEMA_VERSION = 1;

    static RunFacts of(String guest, RunResult result, EngineOptions options) {
        long made = result.steps() - result.start().step();
        TraceInfo.Sizes sizes = result.trace().map(RunFacts::sizes).orElse(null);
        return new RunFacts(
                guest,
                result.cause().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                result.detail(),
                result.start().step(),
                result.start().virtualNanos(),
                result.steps(),
                result.virtualNanos(),
                result.wallNanos(),
                result.wallNanos() == 0 ? 0 : 1000.0 * made / result.wallNanos(),
                result.inputs(),
                result.deviceEvents(),
                result.restarts(),
                EngineOptions.name(result.engine()),
                EngineFacts.of(result.engineStatistics(), options),
                result.trace().map(Path::toString).orElse(null),
                sizes == null ? null : sizes.totalBytes(),
                sizes == null ? null : sizes.inputsBytes() + sizes.eventsBytes(),
                sizes == null ? null : TraceFacts.bytesPerThousandSteps(sizes, made),
                result.finalStateHash().isPresent()
                        ? "%016x".formatted(result.finalStateHash().getAsLong())
                        : null);
    }

    private static TraceInfo.Sizes sizes(Path trace) {
        try (TraceReader reader = TraceReader.open(trace)) {
            return TraceInfo.of(reader).sizes();
        }
    }

    /** For people. */
    static String why(RunResult result) {
        String words = switch (result.cause()) {
            case POWER_OFF -> "the guest switched itself off";
            case POWER_OFF_FAILED -> "the guest switched itself off and reported a failure";
            case RESET -> "the guest asked for a restart";
            case LEFT -> "you left";
            case SIGNAL -> "told to end";
            case REQUESTED -> "asked to end";
            case OUTPUT_CLOSED -> "whoever read the guest's output has gone";
            case NOTHING_TO_WAIT_FOR -> "nothing left to wait for";
            case INPUT_ENDED -> "no more input";
            case STEP_LIMIT -> "the limit of steps is reached";
            case MOMENT_REACHED -> "the moment is reached";
            case TIMEOUT -> "the time is over";
            case TRACE_FULL -> "no space left for the trace, which is good up to here";
            case HOST_FAILED -> "something on the host failed";
        };
        return result.detail().isEmpty() ? words : words + " (" + result.detail() + ")";
    }

    /** The summary for people, on standard error: standard output is the guest's console. */
    void print(Screen screen, String why) {
        screen.err().println();
        var facts = Facts.onError(screen).add("ended", why).add("ran", ran());
        if (trace != null) {
            facts.add("trace", "%s, %s".formatted(trace, Text.bytes(traceBytes)))
                    .add("log", log())
                    .add("next", "retrovisor replay " + Quoted.of(trace));
        }
        facts.print();
    }

    /** {@code 512,000,000 steps in 12.3 s (41.6 MIPS, translator), 2.35 s of the guest's time}. */
    String ran() {
        return "%s in %s (%s MIPS, %s), %s of the guest's time"
                .formatted(
                        Text.count(steps - startSteps, "step"),
                        Text.duration(wallNanos),
                        Text.decimal(mips, 1),
                        engine,
                        Text.duration(virtualNanos - startVirtualNanos));
    }

    /** {@code 120 KiB: 3 inputs, 4,020 device events; 0.24 bytes for 1,000 steps}. */
    String log() {
        return "%s: %s, %s; %s bytes for 1,000 steps"
                .formatted(
                        Text.bytes(logBytes),
                        Text.count(inputs, "input"),
                        Text.count(deviceEvents, "device event"),
                        Text.decimal(bytesPerThousandSteps, 3));
    }
}
