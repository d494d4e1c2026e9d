package dev.retrovisor.replayer.timeline;

import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.traces.Checkpoint;
import java.lang.ref.SoftReference;
import java.util.function.Function;

/** A checkpoint of the trace; its table of pages is read when it is asked for. */
final class StoredCheckpoint implements KnownState {
    private final Checkpoint checkpoint;
    private final Function<Checkpoint, Content> loading;
    private SoftReference<Content> loaded = new SoftReference<>(null);

    StoredCheckpoint(Checkpoint checkpoint, Function<Checkpoint, Content> loading) {
        this.checkpoint = checkpoint;
        this.loading = loading;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    @Override
    public ReplayPlace place() {
        return ReplayPlace.of(checkpoint);
    }

    @Override
    public Content content() {
        Content content = loaded.get();
        if (content == null) {
            content = loading.apply(checkpoint);
            loaded = new SoftReference<>(content);
        }
        return content;
    }
}
