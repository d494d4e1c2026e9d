package dev.retrovisor.recorder;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.traces.Checkpoint;
import dev.retrovisor.traces.CheckpointStore;
import dev.retrovisor.traces.PageFeed;
import dev.retrovisor.traces.StoredState;

/** Puts the state in which a run begins into its own trace, which then needs no parent. */
@FunctionalInterface
public interface OwnStart {
    /** By writing all of it. */
    OwnStart WHOLE = (store, facts, machine) -> {
        var sections = new StateWriter();
        machine.save(sections);
        return store.add(
                facts,
                sections.toByteArray(),
                StoredState.powerOn(machine.pageSpaces()),
                machine.pageSpaces().stream().map(PageFeed::presentIn).toList());
    };

    /** By taking over a checkpoint of another trace as it is packed there. */
    static OwnStart copyOf(CheckpointStore source, StoredState state) {
        return (store, facts, _) -> store.copy(facts, source, state);
    }

    /**
     * Adds the checkpoint.
     *
     * @param facts what it is to be
     * @param machine stands there
     */
    StoredState into(CheckpointStore store, Checkpoint facts, Machine machine);
}
