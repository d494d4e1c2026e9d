package dev.retrovisor.cli;

import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.MachineObserver.Appointment;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Replays a trace while another process records it, with observers, until one of them has come to an end. */
final class FollowRunner {
    /** Between two looks for more: at first, and at most. A look costs some microseconds. */
    private static final long SHORTEST_PAUSE_MILLIS = 2;

    private static final long LONGEST_PAUSE_MILLIS = 20;
    private static final long RECORDER_LOOK_NANOS = 200_000_000;

    private final Replay replay;
    private final MachineObserver observer;
    private final Consumer<byte[]> console;
    private final FollowProgress progress;
    private final FollowLag lag = new FollowLag();
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** Why following ended. */
    enum Ending {
        /** The trace has ended, and all was the same. */
        TRACE_ENDED,
        /** The recorder is gone, and what it left was all the same. */
        RECORDER_DIED,
        DIVERGED,
        INTERRUPTED
    }

    /** How following ended, and what the replay says of all of it. */
    record Result(Ending ending, ReplayResult replayed, long wallNanos) {}

    /** @param console takes what the guest writes to its consoles */
    FollowRunner(Replay replay, MachineObserver observer, Consumer<byte[]> console, FollowProgress progress) {
        this.replay = replay;
        this.observer = observer;
        this.console = console;
        this.progress = progress;
    }

    FollowLag lag() {
        return lag;
    }

    Result run() {
        long begun = System.nanoTime();
        replay.follow();
        try (var _ = HostSignals.whileOpen(_ -> cancelled.set(true))) {
            observer.started(replay.machine());
            while (true) {
                Appointment next = observer.appointment();
                ReplayResult result =
                        replay.run(new ReplayTarget.Limit(next.step(), next.virtualNanos()), new Watcher());
                Ending ending = switch (result.outcome()) {
                    case UNTIL -> {
                        observer.paused(replay.machine());
                        yield null;
                    }
                    case END -> replay.isOver() ? Ending.TRACE_ENDED : awaitMore();
                    case DIVERGED -> Ending.DIVERGED;
                    case CANCELLED -> Ending.INTERRUPTED;
                };
                if (ending != null) {
                    observer.stopping(replay.machine());
                    progress.erase();
                    return new Result(ending, result, System.nanoTime() - begun);
                }
            }
        }
    }

    /** Waits for the recorder; null if there is more of the trace. */
    private Ending awaitMore() {
        boolean recorderLives = true;
        long lookedNanos = System.nanoTime();
        for (long pause = SHORTEST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            long now = System.nanoTime();
            lag.stands(replay.position(), replay.trace().durableEnd().position(), now);
            progress.tell(lag, true, now);
            if (cancelled.get()) {
                return Ending.INTERRUPTED;
            }
            if (now - lookedNanos >= RECORDER_LOOK_NANOS) {
                // First: what it wrote before it went is found by the look for more.
                recorderLives = replay.trace().isBeingWritten();
                lookedNanos = now;
            }
            if (replay.extend()) {
                lag.stands(replay.position(), replay.trace().durableEnd().position(), System.nanoTime());
                return null;
            }
            if (!recorderLives) {
                return Ending.RECORDER_DIED;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException _) {
                return Ending.INTERRUPTED;
            }
        }
    }

    private final class Watcher implements ReplayListener {
        @Override
        public void consoleOutput(int number, byte[] bytes) {
            console.accept(bytes);
        }

        @Override
        public void progress(Position position, Position end) {
            long now = System.nanoTime();
            lag.stands(position, end, now);
            // An observer comes to an appointment when all inputs of its moment are there, which run waits for.
            if (!observer.appointment().isReached(replay.machine())) {
                observer.paused(replay.machine());
            }
            progress.tell(lag, false, now);
        }

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }
    }
}
