package dev.retrovisor.cli.gdb;

import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Commands about where the machine stands in time. */
final class TimeCommands {
    private static final String MOVED = "gdb does not know that it moved: 'maintenance flush register-cache' shows it";

    private final Target target;
    private final Mover mover;
    private final GuestLooks looks;
    private final Map<String, Position> kept = new TreeMap<>();

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
                new MonitorCommand(
                        "checkpoint", "[NAME]", "keep this position by a name, as long as the server runs", this::keep),
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
        Position named = kept.get(where);
        return named == null ? ReplayTarget.parse(where) : new ReplayTarget.At(named);
    }

    private void step(MonitorCommand.Call call, List<String> words, int sign) {
        long steps = 1;
        if (!words.isEmpty()) {
            if (!(ReplayTarget.parse(MonitorCommand.only(words, "one number of steps"))
                    instanceof ReplayTarget.Step(long number))) {
                throw new GdbError(
                        "'%s' is no number of steps: give one such as 12 or 250M".formatted(words.getFirst()));
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
        String name = words.isEmpty() ? "gdb-" + mover.position().step() : MonitorCommand.only(words, "one name");
        timeline();
        kept.put(name, mover.position());
        call.say("checkpoint %s at %s".formatted(name, looks.words(mover.position())));
    }

    private void list(MonitorCommand.Call call) {
        if (kept.isEmpty()) {
            call.say("(none)");
        }
        kept.forEach((name, position) -> call.say("%-24s %s".formatted(name, looks.words(position))));
    }

    private void delete(MonitorCommand.Call call, List<String> words) {
        String name = MonitorCommand.only(words, "one checkpoint's name");
        if (kept.remove(name) == null) {
            throw new GdbError("no checkpoint '%s': 'monitor info checkpoints' lists them".formatted(name));
        }
        call.say("deleted " + name);
    }
}
