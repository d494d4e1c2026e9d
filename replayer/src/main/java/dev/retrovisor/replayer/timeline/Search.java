package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.replayer.ReplayTap;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Triggers armed for one stretch of the trace: keeps the first hit and stops there, or the last one and goes on. */
final class Search implements AutoCloseable {
    /** Entries of the log that are looked at for the beginning of a line of console text. */
    private static final long LINE_ENTRIES = 2L * Finder.LONGEST_LINE;

    private final Replay replay;
    private final Machine machine;
    private final boolean stopsAtFirst;
    private final ReplayPlace start;
    private final List<Trigger.Armed> armed = new ArrayList<>();
    private final List<Consumer<DeviceEvent>> listeners = new ArrayList<>();
    private Hit hit;

    private Search(Replay replay, boolean stopsAtFirst) {
        this.replay = replay;
        this.stopsAtFirst = stopsAtFirst;
        machine = replay.machine();
        start = replay.place();
        replay.tap(new ReplayTap() {
            @Override
            public void out(DeviceEvent event, long virtualNanos) {
                listeners.forEach(each -> each.accept(event));
            }
        });
    }

    /**
     * Arms triggers where the replay stands.
     *
     * @param stopsAtFirst whether the first hit stops the replay; else the last hit is kept
     */
    static Search arm(Replay replay, List<? extends Trigger> triggers, boolean stopsAtFirst) {
        var search = new Search(replay, stopsAtFirst);
        try {
            for (Trigger trigger : triggers) {
                search.armed.add(trigger.arm(search.machine, search.new Found(trigger)));
            }
        } catch (RuntimeException e) {
            search.close();
            throw e;
        }
        return search;
    }

    /** The first hit, or the last; null if there was none. */
    Hit hit() {
        return hit;
    }

    /** What one trigger tells. */
    private final class Found implements Finder {
        private final Trigger trigger;

        Found(Trigger trigger) {
            this.trigger = trigger;
        }

        @Override
        public Verdict found(Object what) {
            Position before = positionBefore(what);
            if (stopsAtFirst) {
                boolean alreadyHere = trigger.stopsBefore() && before.equals(start.position());
                if (hit != null || alreadyHere) {
                    return Verdict.GO_ON;
                }
                machine.probes().stop();
            }
            hit = new Hit(trigger, before, what);
            return stopsAtFirst ? Verdict.STOP : Verdict.GO_ON;
        }

        private Position positionBefore(Object what) {
            boolean betweenSteps = Hit.isByDevice(what);
            return new Position(machine.steps(), machine.virtualNanos() - (betweenSteps ? 1 : 0));
        }

        @Override
        public void onDeviceEvent(Consumer<DeviceEvent> listener) {
            listeners.add(listener);
        }

        @Override
        public String consoleLine(int console) {
            var line = new StringBuilder();
            try (var events = replay.trace().events()) {
                events.skipTo(Math.max(0, start.entries() - LINE_ENTRIES));
                while (events.ordinal() < start.entries()) {
                    if (events.next()
                                    instanceof
                                    TraceEntry.Device(DeviceEvent.ConsoleOutput(long _, int number, byte[] bytes))
                            && number == console) {
                        line.append(new String(bytes, StandardCharsets.ISO_8859_1));
                        line.delete(0, line.lastIndexOf("\n") + 1);
                    }
                }
            }
            return line.substring(Math.max(0, line.length() - LONGEST_LINE));
        }
    }

    @Override
    public void close() {
        replay.tap(ReplayTap.NONE);
        armed.forEach(Trigger.Armed::remove);
    }
}
