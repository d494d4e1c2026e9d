package dev.retrovisor.cli;

import dev.retrovisor.guests.Progress;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.Board;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.recorder.LiveStart;
import dev.retrovisor.recorder.Script;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.recorder.net.UserNetworkConfig;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.TimelineOptions;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.EndReason;
import dev.retrovisor.traces.EndRecord;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.TraceFamily;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A recording whose machine stands where a branch is to leave it. */
final class Branching implements AutoCloseable {
    private final Timeline timeline;
    private final ReplayOptions options;
    private final boolean isCancelled;

    private Branching(Timeline timeline, ReplayOptions options, boolean isCancelled) {
        this.timeline = timeline;
        this.options = options;
        this.isCancelled = isCancelled;
    }

    /**
     * Goes to a place in a trace, with a bar.
     *
     * @throws UserMistake if there is nothing to go on with
     */
    static Branching at(Screen screen, TracePlace place, ReplaySettings settings) {
        ReplayOptions options = settings.options(place.trace());
        Timeline timeline = Timeline.open(
                place.trace(),
                options,
                new TimelineOptions(TimelineOptions.standard().memoryBytes(), false));
        try {
            EngineOptions.tell(screen, timeline.machine().engineNotice());
            Stop stop = seek(screen, timeline, place, settings.quiet());
            boolean isCancelled = stop.cause() == Stop.Cause.CANCELLED;
            if (!isCancelled) {
                requirePower(timeline, place);
            }
            return new Branching(timeline, options, isCancelled);
        } catch (RuntimeException | Error e) {
            timeline.close();
            throw e;
        }
    }

    private static Stop seek(Screen screen, Timeline timeline, TracePlace place, boolean quiet) {
        var target = place.target(timeline.trace());
        var cancelled = new AtomicBoolean();
        var bar = quiet ? null : new ProgressBar(screen, steps -> Text.count(steps, "step"));
        Progress progress = bar == null ? Progress.NONE : bar;
        long first = timeline.position().step();
        progress.started(
                "going to " + place.where(),
                Math.min(timeline.end().step(), target.resolve(timeline.trace()).step()) - first);
        try (var _ = HostSignals.whileOpen(_ -> cancelled.set(true))) {
            return timeline.seek(target, new Watcher() {
                @Override
                public void progress(Position at, Position from, Position to) {
                    if (bar != null) {
                        bar.reached(at.step() - first);
                    }
                }

                @Override
                public boolean isCancelled() {
                    return cancelled.get();
                }
            });
        } finally {
            progress.finished();
        }
    }

    private static void requirePower(Timeline timeline, TracePlace place) {
        Optional<EndReason> reason = timeline.trace().durableEnd().end().map(EndRecord::reason);
        boolean isOff = timeline.position().equals(timeline.end())
                && reason.filter(why -> why == EndReason.POWER_OFF || why == EndReason.POWER_OFF_FAILED)
                        .isPresent();
        if (isOff) {
            throw new UserMistake(
                    "%s: the guest has switched itself off there: choose an earlier position".formatted(place.text()));
        }
    }

    /** Whether the user did not want to wait. */
    boolean isCancelled() {
        return isCancelled;
    }

    TraceReader trace() {
        return timeline.trace();
    }

    Machine machine() {
        return timeline.machine();
    }

    ReplayPlace place() {
        return timeline.place();
    }

    /** What comes in by itself: inputs that are kept, and the end. */
    Script script(KeptInputs kept, EventCursor<InputEvent> cursor, BranchEnd end, boolean isUnplugged) {
        return new Script(kept.from(cursor, place()), kept.hasNetwork() || isUnplugged, end.moment());
    }

    /**
     * The machine as it is here, for going on live.
     *
     * @param branch the trace that is recorded, if one is
     * @param networks what the user wants of the first cards
     */
    VmSetup setup(
            Optional<Path> branch,
            List<String> networks,
            boolean isReseeded,
            List<InputEvent.Poke> pokes,
            Script script) {
        Manifest manifest = trace().manifest();
        Path folder = trace().folder();
        var parent = new Manifest.Parent(
                trace().manifestSha256(),
                folder.toAbsolutePath().normalize().getFileName().toString(),
                branch.map(path -> TraceFamily.hint(path, folder)).orElse(""));
        var origin = new Manifest.Resumed(
                parent,
                place().position(),
                place().inputs(),
                place().entries(),
                machine().stateHash());
        var start = new LiveStart(origin, folder, timeline::copyTo, isReseeded, pokes, script);
        return new VmSetup(
                manifest.guest(),
                manifest.config(),
                trace().bootFiles(options.imageHashes()),
                options.diskFiles(manifest),
                networks(networks, manifest.config().nics().size()),
                manifest.config().virtioConsole() ? Board.VIRTIO_CONSOLE : 0,
                Optional.of(start));
    }

    private static List<UserNetworkConfig> networks(List<String> wanted, int cards) {
        List<String> named =
                wanted.stream().filter(text -> !text.equals("none")).toList();
        if (named.size() > cards) {
            throw new UserMistake("--nic: the machine has %s, and gets no more by branching"
                    .formatted(Text.count(cards, "network card")));
        }
        var networks = new ArrayList<UserNetworkConfig>();
        named.forEach(text -> networks.add(UserNetworkConfig.parse(text)));
        while (networks.size() < cards) {
            networks.add(UserNetworkConfig.standard());
        }
        return networks;
    }

    @Override
    public void close() {
        timeline.close();
    }
}
