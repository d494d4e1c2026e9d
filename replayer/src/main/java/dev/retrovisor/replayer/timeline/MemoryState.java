package dev.retrovisor.replayer.timeline;

import dev.retrovisor.replayer.ReplayPlace;

/** A state that was taken on the way and is in memory. */
record MemoryState(ReplayPlace place, Content content) implements KnownState {}
