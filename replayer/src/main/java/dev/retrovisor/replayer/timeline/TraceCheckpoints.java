package dev.retrovisor.replayer.timeline;

import dev.retrovisor.replayer.timeline.KnownState.Content;
import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.StoredState;
import dev.retrovisor.traces.TraceReader;
import java.util.List;

/** The checkpoints on disk. */
final class TraceCheckpoints implements KnownStates.Stored {
    private final CheckpointStore store;

    TraceCheckpoints(TraceReader trace) {
        store = trace.checkpoints();
    }

    @Override
    public List<StoredCheckpoint> list() {
        return store.list().stream()
                .map(checkpoint -> new StoredCheckpoint(checkpoint, asked -> {
                    StoredState state = store.load(asked);
                    return new Content(state.sections(), state.maps());
                }))
                .toList();
    }

    @Override
    public void readPage(long name, byte[] target) {
        store.readPage(name, target);
    }

    @Override
    public void close() {
        store.close();
    }
}
