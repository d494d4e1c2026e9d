package dev.retrovisor.testkit.replay;

import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.recorder.HostConsole;
import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.LiveStart;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.Script;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.replayer.MachineCopy;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.EventCursor;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.TraceFamily;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Leaving a recording in one line. */
final class Branches {
    private Branches() {}

    /** Goes on with another console, fresh entropy, and changes by hand. */
    static RunResult leave(
            Path parent,
            ReplayTarget at,
            RunOptions options,
            HostConsole console,
            Function<ReplayPlace, List<InputEvent.Poke>> changes) {
        return run(parent, at, options, console, true, changes, false, MachineObserver.NONE);
    }

    /** Goes on with what came in the recording, and nothing else, to its end. */
    static RunResult repeat(
            Path parent, ReplayTarget at, RunOptions options, HostConsole console, MachineObserver observer) {
        return run(parent, at, options, console, false, _ -> List.of(), true, observer);
    }

    private static RunResult run(
            Path parent,
            ReplayTarget at,
            RunOptions options,
            HostConsole console,
            boolean isReseeded,
            Function<ReplayPlace, List<InputEvent.Poke>> changes,
            boolean repeats,
            MachineObserver observer) {
        try (Replay replay = Replay.open(parent, ReplayOptions.standard())) {
            replay.run(at, ReplayListener.SILENT);
            TraceReader trace = replay.trace();
            ReplayPlace place = replay.place();
            var origin = new Manifest.Resumed(
                    new Manifest.Parent(
                            trace.manifestSha256(),
                            parent.getFileName().toString(),
                            TraceFamily.hint(options.trace().orElseThrow(), parent)),
                    place.position(),
                    place.inputs(),
                    place.entries(),
                    replay.machine().stateHash());
            var inputs = new ArrayList<InputEvent>();
            try (EventCursor<InputEvent> cursor = trace.inputs()) {
                cursor.skipTo(place.inputs());
                while (repeats && cursor.peek() != null) {
                    inputs.add(cursor.next());
                }
            }
            var script = new Script(
                    inputs.iterator(),
                    repeats,
                    repeats ? Optional.of(trace.durableEnd().position()) : Optional.empty());
            var start = new LiveStart(
                    origin,
                    parent,
                    machine -> MachineCopy.copy(replay.machine(), machine),
                    isReseeded,
                    changes.apply(place),
                    script);
            Manifest manifest = trace.manifest();
            var setup = new VmSetup(
                    manifest.guest(),
                    manifest.config(),
                    trace.bootFiles(ReplayOptions.standard().imageHashes()),
                    List.of(),
                    List.of(),
                    0,
                    Optional.of(start));
            return new LiveMachine(setup, options, console, _ -> {}, observer).run();
        }
    }
}
