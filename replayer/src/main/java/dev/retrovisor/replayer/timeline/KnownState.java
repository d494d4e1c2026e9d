package dev.retrovisor.replayer.timeline;

import dev.retrovisor.replayer.ReplayPlace;
import dev.retrovisor.traces.PageMap;
import dev.retrovisor.traces.Position;
import java.util.List;

/** A state of the machine that can be put back. */
sealed interface KnownState permits MemoryState, StoredCheckpoint {
    ReplayPlace place();

    /** Reads what is not in memory yet. */
    Content content();

    default Position position() {
        return place().position();
    }

    /**
     * A state's content.
     *
     * @param sections as the machine saved them
     * @param maps for each page space the names of its pages
     */
    record Content(byte[] sections, List<PageMap> maps) {}
}
