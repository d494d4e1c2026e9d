package dev.retrovisor.replayer.timeline;

import dev.retrovisor.traces.Position;

/** Since when pages of RAM have not been written, up to some state. */
final class QuietPages {
    private final KnownStates states;
    private final KnownState state;

    /** @param state null for where the machine stands now: asked before it goes elsewhere */
    QuietPages(KnownStates states, KnownState state) {
        this.states = states;
        this.state = state;
    }

    boolean isWrittenSince(long page, Position position) {
        return states.quietSince(state, page) > position.virtualNanos();
    }
}
