package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.DamageReport;
import dev.retrovisor.cli.ExitCode;
import dev.retrovisor.cli.Screen;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** One user at one trace: where the machine stands, what is set, and the ways to move. For one thread but {@link #cancel}. */
final class Session implements AutoCloseable {
    private final PromptSetup setup;
    private final Timeline timeline;
    private final Variables variables = new Variables();
    private final Guest guest;
    private final StopPoints stops = new StopPoints();
    private final Bookmarks bookmarks;
    private final Output output;
    private Position previous;
    private volatile boolean cancelled;
    private boolean damaged;

    Session(PromptSetup setup, Timeline timeline, Output output) {
        this.setup = setup;
        this.timeline = timeline;
        this.output = output;
        guest = new Guest(setup.trace(), timeline.machine(), setup.completed(), variables, output::note);
        bookmarks = new Bookmarks(setup.trace());
        previous = timeline.position();
    }

    Path trace() {
        return setup.trace();
    }

    Screen screen() {
        return setup.screen();
    }

    Timeline timeline() {
        return timeline;
    }

    Guest guest() {
        return guest;
    }

    Variables variables() {
        return variables;
    }

    StopPoints stops() {
        return stops;
    }

    Bookmarks bookmarks() {
        return bookmarks;
    }

    Output output() {
        return output;
    }

    Position position() {
        return timeline.position();
    }

    /** Where the machine stood before it was last moved. */
    Position previous() {
        return previous;
    }

    /** The place that a text names. */
    ReplayTarget target(String text) {
        return new Places(this).parse(text);
    }

    // Moving.

    Stop seek(ReplayTarget target) {
        return moving(watcher -> timeline.seek(target, watcher));
    }

    Stop step(long steps) {
        return moving(watcher -> timeline.step(steps, watcher));
    }

    Stop run(Direction direction, List<? extends Trigger> triggers) {
        return moving(watcher -> timeline.run(direction, triggers, watcher));
    }

    /** Runs on to a place, or to a trigger before it. */
    Stop runTo(ReplayTarget target, List<? extends Trigger> triggers) {
        if (triggers.isEmpty()) {
            return seek(target);
        }
        return moving(watcher -> timeline.runTo(target, triggers, watcher));
    }

    private Stop moving(Function<Watcher, Stop> way) {
        Position before = position();
        try {
            return watched(way);
        } finally {
            guest.moved();
            if (!position().equals(before)) {
                previous = before;
            }
        }
    }

    /** Does something long with the user's ^C at hand; the machine is where it was afterwards. */
    <T> T watched(Function<Watcher, T> work) {
        try (var watch = new RunWatch(this)) {
            return work.apply(watch);
        }
    }

    /** Looks at another position, and comes back. */
    <T> T at(Position there, Supplier<T> look) {
        Position here = position();
        try {
            timeline.seek(new ReplayTarget.At(there), Watcher.NONE);
            guest.moved();
            return look.get();
        } finally {
            timeline.seek(new ReplayTarget.At(here), Watcher.NONE);
            guest.moved();
        }
    }

    // What the user wants of a command that runs.

    /** Stops the command that runs; from any thread. */
    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** A new command begins. */
    void begin() {
        cancelled = false;
        damaged = false;
    }

    /** Something in the guest's memory was broken: says so, and the exit code will. */
    void tell(String question, DamageReport damage) {
        if (!damage.isNone()) {
            damaged = true;
            damage.tell(setup.screen(), question);
        }
    }

    /** What the command's end means for a script. */
    int exitCode() {
        return cancelled ? ExitCode.INTERRUPTED : damaged ? ExitCode.DAMAGED : ExitCode.GOOD;
    }

    /** Runs one of Retrovisor's other commands; returns its exit code. */
    int handOver(List<String> arguments) {
        return setup.commands().applyAsInt(arguments);
    }

    /** Where something is in the trace, if it can be told without going there. */
    Optional<ReplayTarget> find(String text) {
        return new Places(this).find(text);
    }

    @Override
    public void close() {
        timeline.close();
    }
}
