package dev.retrovisor.replayer;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.traces.Checkpoint;
import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.StoredState;
import dev.retrovisor.traces.TraceFamily;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/**
 * Puts a machine at power-on where its trace begins: by the trace's own checkpoint {@code start} if it has one, else
 * through its parent.
 */
final class StartState {
    /** Each generation has a machine of its own while the next is made. */
    private static final int MOST_GENERATIONS = 64;

    private final TraceReader trace;
    private final ReplayOptions options;
    private final ReplayListener listener;
    private final int generation;

    /** @param generation how many children lie between this trace and the one that is to be replayed */
    StartState(TraceReader trace, ReplayOptions options, ReplayListener listener, int generation) {
        this.trace = trace;
        this.options = options;
        this.listener = listener;
        this.generation = generation;
    }

    void put(Machine machine) {
        switch (trace.manifest().start()) {
            case Manifest.PowerOn _ -> {}
            case Manifest.Resumed start -> {
                String by = putFromOwn(machine, start)
                        ? "by its checkpoint '" + Checkpoint.START + "'"
                        : putThroughParent(machine, start);
                requireSame(machine, start, by);
            }
        }
    }

    private boolean putFromOwn(Machine machine, Manifest.Resumed start) {
        try (CheckpointStore store = trace.checkpoints()) {
            Optional<Checkpoint> own = store.find(Checkpoint.START)
                    .filter(checkpoint -> checkpoint.position().equals(start.position())
                            && checkpoint.inputs() == 0
                            && checkpoint.entries() == 0);
            own.ifPresent(checkpoint -> restore(store, checkpoint, machine));
            return own.isPresent();
        }
    }

    /** Returns how that was done, for messages. */
    private String putThroughParent(Machine machine, Manifest.Resumed start) {
        Path folder = parent(start);
        if (generation >= MOST_GENERATIONS) {
            throw new ReplayException("%s: more than %d traces that each go on from the one before"
                    .formatted(trace.folder(), MOST_GENERATIONS));
        }
        try (Replay parent = Replay.open(folder, options, listener, generation + 1)) {
            if (!parent.trace().manifest().hasSameMachine(trace.manifest())) {
                throw new ReplayException("%s: goes on from %s, which has another machine"
                        .formatted(trace.folder(), parent.trace().folder()));
            }
            parent.skipFullHashes();
            goTo(parent, start.position());
            ReplayPlace place = parent.place();
            if (place.inputs() != start.inputs() || place.entries() != start.entries()) {
                throw new ReplayException(
                        "%s: goes on behind input %d and event %d of %s, where its replay is behind %d and %d"
                                .formatted(
                                        trace.folder(),
                                        start.inputs(),
                                        start.entries(),
                                        folder,
                                        place.inputs(),
                                        place.entries()));
            }
            MachineCopy.copy(parent.machine(), machine);
            return "through " + folder;
        }
    }

    private Path parent(Manifest.Resumed start) {
        Manifest.Parent parent = start.parent();
        return TraceFamily.parent(trace.folder(), parent, options.parents()).orElseThrow(() -> {
            String hint = TraceFamily.hinted(trace.folder(), parent)
                    .map(path -> TraceFamily.isTrace(path)
                            ? "another trace is at %s".formatted(path)
                            : "it was at %s".formatted(path))
                    .orElse("it does not say where that is");
            return new ReplayException(
                    ("%s: goes on from trace '%s' with manifest hash %s, which is not there (%s) nor beside it:"
                                    + " give its folder with --parent")
                            .formatted(trace.folder(), parent.name(), parent.manifestSha256(), hint));
        });
    }

    private void goTo(Replay parent, Position position) {
        try (CheckpointStore store = parent.trace().checkpoints()) {
            store.list().stream()
                    .filter(checkpoint -> !position.isBefore(checkpoint.position())
                            && parent.position().isBefore(checkpoint.position()))
                    .max(Comparator.comparing(Checkpoint::position))
                    .ifPresent(checkpoint -> {
                        restore(store, checkpoint, parent.machine());
                        parent.resume(ReplayPlace.of(checkpoint));
                    });
        }
        ReplayResult result = parent.run(new ReplayTarget.At(position), new ReplayListener() {
            @Override
            public void progress(Position at, Position ignoredEnd) {
                listener.progress(at, position);
            }

            @Override
            public boolean isCancelled() {
                return listener.isCancelled();
            }
        });
        switch (result.outcome()) {
            case END, UNTIL -> {}
            case CANCELLED -> throw new ReplayCancelledException();
            case DIVERGED ->
                throw new ReplayException("%s: its replay differs on the way to where %s begins: %s"
                        .formatted(
                                parent.trace().folder(),
                                trace.folder(),
                                result.divergence().orElseThrow().kind().words()));
        }
    }

    private static void restore(CheckpointStore store, Checkpoint checkpoint, Machine machine) {
        StoredState state = store.load(checkpoint);
        store.restore(state, machine.pageSpaces());
        try {
            machine.load(new StateReader(state.sections()));
        } catch (StateFormatException e) {
            throw new ReplayException("checkpoint '%s': %s".formatted(checkpoint.name(), e.getMessage()), e);
        }
    }

    private void requireSame(Machine machine, Manifest.Resumed start, String by) {
        var position = new Position(machine.steps(), machine.virtualNanos());
        long hash = machine.stateHash();
        if (!position.equals(start.position()) || hash != start.stateHash()) {
            throw new ReplayException(
                    ("%s: begins at step %,d with state hash %016x, but its start, made %s, is at step %,d with hash %016x")
                            .formatted(
                                    trace.folder(),
                                    start.position().step(),
                                    start.stateHash(),
                                    by,
                                    position.step(),
                                    hash));
        }
    }
}
