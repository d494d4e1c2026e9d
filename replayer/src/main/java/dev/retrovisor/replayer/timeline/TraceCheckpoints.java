package dev.retrovisor.replayer.timeline;

import dev.retrovisor.traces.TraceReader;
import java.util.List;

/** The checkpoints on disk. */
final class TraceCheckpoints implements KnownStates.Stored {
    TraceCheckpoints(TraceReader trace) {}

    @Override
    public List<StoredCheckpoint> list() {
        return List.of();
    }

    @Override
    public void readPage(long name, byte[] target) {
        throw new IllegalStateException("no page " + name);
    }

    @Override
    public void close() {}
}
