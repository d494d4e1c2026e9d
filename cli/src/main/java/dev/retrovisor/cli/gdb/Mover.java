package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Optional;

/** Moves a machine: one that is replayed, through all of its time, or one that runs live, forwards only. */
interface Mover {
    /** For looking at while it stands. */
    Machine machine();

    Position position();

    /** The recording's; empty for a machine that runs live. */
    Optional<Timeline> timeline();

    /** As {@link Timeline#step}. */
    Stop step(long steps, Watcher watcher);

    /** As {@link Timeline#run}. */
    Stop run(Direction direction, List<? extends Trigger> triggers, Watcher watcher);

    /** A client comes: the machine stands from now on, but for what is asked here. */
    void begin();

    /** The client has left. */
    void end();

    /** Moves a timeline. */
    static Mover of(Timeline timeline) {
        return new Mover() {
            @Override
            public Machine machine() {
                return timeline.machine();
            }

            @Override
            public Position position() {
                return timeline.position();
            }

            @Override
            public Optional<Timeline> timeline() {
                return Optional.of(timeline);
            }

            @Override
            public void begin() {
                // It stands.
            }

            @Override
            public void end() {
                // It goes on standing.
            }

            @Override
            public Stop step(long steps, Watcher watcher) {
                return timeline.step(steps, watcher);
            }

            @Override
            public Stop run(Direction direction, List<? extends Trigger> triggers, Watcher watcher) {
                return timeline.run(direction, triggers, watcher);
            }
        };
    }
}
