package dev.retrovisor.cli;

import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;

/** A replay did not come to where something was to be looked at: it diverged, or the user did not want to wait. */
final class ReplayCutShort extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ReplayResult result;

    ReplayCutShort(Path trace, ReplayResult result) {
        super(message(trace, result));
        this.result = result;
    }

    ReplayResult result() {
        return result;
    }

    private static String message(Path trace, ReplayResult result) {
        Position at = result.position();
        return switch (result.outcome()) {
            case DIVERGED ->
                "%s: diverged from its recording before step %s, so there is nothing to look at: 'retrovisor replay %s' says how"
                        .formatted(trace, Text.count(at.step()), Quoted.of(trace.toString()));
            case CANCELLED -> "interrupted at step " + Text.count(at.step());
            case END, UNTIL -> throw new IllegalArgumentException("it came where it should: " + result.outcome());
        };
    }
}
