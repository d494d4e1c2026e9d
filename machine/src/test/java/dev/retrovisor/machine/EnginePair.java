package dev.retrovisor.machine;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.time.Alarms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Two machines without disks and of one configuration, one on the translator and one on the interpreter, that run the same.
 * At power-on their harts stand in machine mode at the start of RAM, which is empty; there is no built-in SBI.
 */
public final class EnginePair implements AutoCloseable {
    /** One machine, what has left it, and how its last run ended. */
    private static final class Side implements AutoCloseable {
        private final List<DeviceEvent> events = new ArrayList<>();
        private final Machine machine;
        private String end = "";

        private Side(MachineConfig config, EngineChoice choice, Engines.Maker maker) {
            var images = new BootImages(new byte[2], new byte[0], new byte[0]);
            machine = new Machine(config, images, List.of(), events::add, choice, maker);
        }

        private boolean run(long steps) {
            try {
                StopReason reason = machine.runTo(machine.steps() + steps, Alarms.NEVER);
                end = reason.name();
                return reason == StopReason.STEP_LIMIT || reason == StopReason.IDLE;
            } catch (RuntimeException thrown) {
                StackTraceElement[] trace = thrown.getStackTrace();
                end = thrown + " in " + Arrays.toString(Arrays.copyOf(trace, Math.min(6, trace.length)));
                return false;
            }
        }

        @Override
        public void close() {
            machine.close();
        }
    }

    /** All state of a machine. */
    public static final class Saved {
        private final Snapshot snapshot = new Snapshot();

        public Saved(Machine machine) {
            snapshot.take(machine);
        }
    }

    private final Side translated;
    private final Side interpreted;

    /** @param codeBytes memory for host code: when it is used up, all is dropped */
    public EnginePair(MachineConfig config, int codeBytes) {
        Engines.Maker maker = (choice, harts, ram, clock, translations) ->
                Engines.make(choice, harts, ram, clock, translations, codeBytes);
        interpreted = new Side(config, EngineChoice.INTERPRETER, maker);
        translated = new Side(config, EngineChoice.TRANSLATOR, maker);
        if (!translated.machine.engineNotice().isEmpty()) {
            close();
            throw new IllegalStateException(translated.machine.engineNotice());
        }
    }

    /** Whether this host can have the translator. */
    public static boolean isPossible() {
        try (var machine = Machine.of(
                TinyMachine.CONFIG,
                new BootImages(new byte[2], new byte[0], new byte[0]),
                List.of(),
                _ -> {},
                EngineChoice.TRANSLATOR)) {
            return machine.engineNotice().isEmpty();
        }
    }

    public Machine translated() {
        return translated.machine;
    }

    public Machine interpreted() {
        return interpreted.machine;
    }

    /** Makes both what a machine was, with nothing cached. */
    public void restore(Saved saved) {
        saved.snapshot.restore(translated.machine);
        saved.snapshot.restore(interpreted.machine);
        translated.events.clear();
        interpreted.events.clear();
    }

    /** Runs both; whether they can go on. */
    public boolean run(long steps) {
        return interpreted.run(steps) & translated.run(steps);
    }

    /** In what they differ, memory left out; empty if they do not. */
    public String difference() {
        boolean same = interpreted.end.equals(translated.end)
                && Differences.isSameTimeAndHarts(interpreted.machine, translated.machine)
                && interpreted.machine.registerHash() == translated.machine.registerHash();
        return same ? "" : words();
    }

    /** The same with memory and what has left the machines. */
    public String differenceOfAll() {
        boolean same = difference().isEmpty()
                && interpreted.machine.stateHash() == translated.machine.stateHash()
                && Differences.areSame(interpreted.events, translated.events);
        return same ? "" : words();
    }

    private String words() {
        var text = new StringBuilder();
        if (!interpreted.end.equals(translated.end)) {
            append(text, "end", interpreted.end, translated.end);
        }
        var rows = new ArrayList<>(Differences.between(interpreted.machine, translated.machine));
        rows.addAll(Differences.between(interpreted.events, translated.events));
        rows.forEach(row -> append(text, row.what(), row.first(), row.second()));
        return text.isEmpty() ? "only hashes differ\n" : text.toString();
    }

    private static void append(StringBuilder text, String what, String interpreted, String translated) {
        text.append("%s: interpreter %s, translator %s%n".formatted(what, interpreted, translated));
    }

    @Override
    public void close() {
        translated.close();
        interpreted.close();
    }
}
