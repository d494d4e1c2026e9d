package dev.retrovisor.replayer.timeline;

import dev.retrovisor.traces.Position;

/** What one call has to do, as its watcher sees it. */
final class Way {
    private final Watcher watcher;
    private final Position from;
    private final Position to;
    private final boolean backward;

    Way(Watcher watcher, Position from, Position to) {
        this.watcher = watcher;
        this.from = from;
        this.to = to;
        backward = to.isBefore(from);
    }

    /** The machine has come here. */
    void at(Position position) {
        if (!backward) {
            watcher.progress(position, from, to);
        }
    }

    /** Everything behind this position has been looked at. */
    void lookedAt(Position position) {
        watcher.progress(position, from, to);
    }

    boolean isCancelled() {
        return watcher.isCancelled();
    }
}
