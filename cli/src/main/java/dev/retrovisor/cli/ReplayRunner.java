package dev.retrovisor.cli;

import dev.retrovisor.guests.Progress;
import dev.retrovisor.recorder.CursorQueryFilter;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Replays a trace under the user's eyes: a bar or the guest's console, and ^C between two slices. */
final class ReplayRunner {
    private final Screen screen;

    ReplayRunner(Screen screen) {
        this.screen = screen;
    }

    /**
     * Opens a trace where it begins, with a bar while the one that it goes on from is replayed.
     *
     * @throws dev.retrovisor.replayer.ReplayCancelledException if the user does not want to wait for that
     */
    Replay open(Path trace, ReplayOptions options, boolean quiet) {
        Progress progress = quiet ? Progress.NONE : new ProgressBar(screen, ReplayRunner::steps);
        var follower = new Follower() {
            private boolean hasBegun;
            private long reached;

            @Override
            public void progress(Position position, Position end) {
                if (!hasBegun) {
                    hasBegun = true;
                    reached = position.step();
                    progress.started("replaying its parent", end.step() - reached);
                }
                progress.advanced(position.step() - reached);
                reached = position.step();
            }
        };
        try (var _ = HostSignals.whileOpen(_ -> follower.cancelled.set(true))) {
            return Replay.open(trace, options, follower);
        } finally {
            progress.finished();
        }
    }

    /** Replays with a bar, or silently. */
    ReplayResult run(Path trace, ReplayOptions options, ReplayTarget until, boolean quiet) {
        try (Replay replay = open(trace, options, quiet)) {
            EngineOptions.tell(screen, replay.machine().engineNotice());
            return run(replay, until, quiet, () -> false);
        }
    }

    /**
     * Goes on with a replay, with a bar or silently.
     *
     * @param enough asked several times a second whether to stop where it is
     */
    ReplayResult run(Replay replay, ReplayTarget until, boolean quiet, BooleanSupplier enough) {
        return run(replay, until, quiet, enough, () -> {});
    }

    /**
     * The same.
     *
     * @param onTheWay called several times a second, while the machine stands
     */
    ReplayResult run(Replay replay, ReplayTarget until, boolean quiet, BooleanSupplier enough, Runnable onTheWay) {
        long totalSteps = Math.min(
                until.resolve(replay.trace()).step(),
                replay.trace().durableEnd().position().step());
        long begunAt = replay.position().step();
        Progress progress = quiet ? Progress.NONE : new ProgressBar(screen, ReplayRunner::steps);
        progress.started("replaying", totalSteps);
        progress.advanced(begunAt);
        try {
            return run(replay, until, new Follower() {
                private long reached = begunAt;

                @Override
                public void progress(Position position, Position end) {
                    progress.advanced(position.step() - reached);
                    reached = position.step();
                    onTheWay.run();
                }

                @Override
                public boolean isCancelled() {
                    return super.isCancelled() || enough.getAsBoolean();
                }
            });
        } finally {
            progress.finished();
        }
    }

    /** Replays and shows the guest's consoles as they were. */
    ReplayResult runShowing(Path trace, ReplayOptions options, ReplayTarget until, PrintStream to, boolean isTerminal) {
        var filter = new CursorQueryFilter();
        try (Replay replay = open(trace, options, true)) {
            EngineOptions.tell(screen, replay.machine().engineNotice());
            return run(replay, until, new Follower() {
                @Override
                public void consoleOutput(int console, byte[] bytes) {
                    to.writeBytes(isTerminal ? filter.filter(bytes) : bytes);
                }

                @Override
                public void progress(Position position, Position end) {
                    to.flush();
                }
            });
        } finally {
            to.flush();
        }
    }

    private static ReplayResult run(Replay replay, ReplayTarget until, Follower follower) {
        try (var _ = HostSignals.whileOpen(_ -> follower.cancelled.set(true))) {
            return replay.run(until, follower);
        }
    }

    private static class Follower implements ReplayListener {
        final AtomicBoolean cancelled = new AtomicBoolean();

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }
    }

    private static String steps(long steps) {
        return steps < 10_000_000 ? Text.count(steps, "step") : Text.decimal(steps / 1e6, 0) + "M steps";
    }

    /** What a replay's outcome means for the process. */
    static int exitCode(ReplayResult result) {
        return switch (result.outcome()) {
            case END, UNTIL -> ExitCode.GOOD;
            case DIVERGED -> ExitCode.DIFFERS;
            case CANCELLED -> ExitCode.INTERRUPTED;
        };
    }
}
