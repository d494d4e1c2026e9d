package dev.retrovisor.cli.gdb;

import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Checkpoint;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Commands about where the machine stands in time. */
final class TimeCommands {
    private static final String MOVED = "gdb does not know that it moved: 'maintenance flush register-cache' shows it";

    private final Target target;
    private final Mover mover;
    private final GuestLooks looks;

    TimeCommands(Target target, Mover mover, GuestLooks looks) {
        this.target = target;
        this.mover = mover;
        this.looks = looks;
    }

    Stream<MonitorCommand> all() {
        return Stream.of(
                new MonitorCommand("when", "", "where in time the machine stands", (call, _) -> when(call)),
                new MonitorCommand(
                        "seek",
                        "POSITION",
                        "go to a step (250M), boot+2.5s, 50%, event:N, end or a checkpoint's name",
                        this::seek),
                new MonitorCommand("back", "[N]", "go N steps back (1)", (call, words) -> step(call, words, -1)),
                new MonitorCommand("forward", "[N]", "go N steps on (1)", (call, words) -> step(call, words, 1)),
                new MonitorCommand("checkpoint", "[NAME]", "keep this position in the trace by a name", this::keep),
                new MonitorCommand("info checkpoints", "", "list the checkpoints", (call, _) -> list(call)),
                new MonitorCommand("delete checkpoint", "NAME", "delete one", this::delete));
    }

    private Timeline timeline() {
        return mover.timeline()
                .orElseThrow(() -> new GdbError("a machine that runs live goes forwards only: record it for this"));
    }

    private void when(MonitorCommand.Call call) {
        call.say(looks.words(mover.position()));
    }

    private void seek(MonitorCommand.Call call, List<String> words) {
        String where = MonitorCommand.only(words, "one position, such as 250M, boot+2.5s, 50% or end");
        moved(call, timeline().seek(place(where), watcher(call.isCancelled())));
    }

    private ReplayTarget place(String where) {
        return timeline().trace().checkpoints().list().stream()
                .filter(each -> each.name().equals(where))
                .findFirst()
                .<ReplayTarget>map(found -> new ReplayTarget.At(found.position()))
                .orElseGet(() -> ReplayTarget.parse(where));
    }

    private void step(MonitorCommand.Call call, List<String> words, int sign) {
        long steps = 1;
        if (!words.isEmpty()) {
            if (!(ReplayTarget.parse(MonitorCommand.only(words, "one number of steps"))
                    instanceof ReplayTarget.Step(long number))) {
                throw new GdbError("'%s' is no number of steps: give one such as 12 or 250M".formatted(words.getFirst()));
            }
            steps = number;
        }
        moved(call, mover.step(sign * steps, watcher(call.isCancelled())));
    }

    private void moved(MonitorCommand.Call call, Stop stop) {
        target.moved();
        when(call);
        switch (stop.cause()) {
            case START -> call.say("(the trace begins here)");
            case END -> call.say("(the trace ends here)");
            case CANCELLED -> call.say("(interrupted)");
            case ARRIVED, HIT -> {}
        }
        call.say(MOVED);
    }

    static Watcher watcher(BooleanSupplier isCancelled) {
        return new Watcher() {
            @Override
            public boolean isCancelled() {
                return isCancelled.getAsBoolean();
            }
        };
    }

    private void keep(MonitorCommand.Call call, List<String> words) {
        String name = words.isEmpty()
                ? "gdb-" + mover.position().step()
                : MonitorCommand.only(words, "one name");
        Checkpoint made = timeline().checkpoint(name);
        call.say("checkpoint %s at %s".formatted(made.name(), looks.words(made.position())));
    }

    private void list(MonitorCommand.Call call) {
        List<Checkpoint> checkpoints = timeline().trace().checkpoints().list();
        if (checkpoints.isEmpty()) {
            call.say("(none)");
        }
        checkpoints.forEach(each -> call.say("%-24s %s".formatted(each.name(), looks.words(each.position()))));
    }

    private void delete(MonitorCommand.Call call, List<String> words) {
        String name = MonitorCommand.only(words, "one checkpoint's name");
        timeline().deleteCheckpoint(name);
        call.say("deleted " + name);
    }
}
