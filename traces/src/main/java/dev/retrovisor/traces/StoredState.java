package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;
import java.util.List;

/**
 * A checkpoint as it was read: its sections whole, its pages by name. The names are those of the store that it came from.
 *
 * @param checkpoint what it is
 * @param sections as the machine saved them; not to be changed
 * @param maps one for each page space, in the machine's order
 */
public record StoredState(Checkpoint checkpoint, byte[] sections, List<PageMap> maps) {
    public StoredState {
        maps = List.copyOf(maps);
    }

    /** What every page space is before anything was written: the base of a first checkpoint. */
    public static StoredState powerOn(List<? extends PageSpace> spaces) {
        return new StoredState(
                new Checkpoint("power-on", Position.POWER_ON, 0, 0, 0, 0, true, ""),
                new byte[0],
                spaces.stream()
                        .map(space -> PageMap.empty(space.name(), space.pageCount()))
                        .toList());
    }

    /**
     * Checks that these are the page spaces of a machine.
     *
     * @throws TraceFormatException if they are not
     */
    void requireSpaces(List<? extends PageSpace> spaces) {
        if (spaces.size() != maps.size()) {
            throw new TraceFormatException("checkpoint %s: found %d page spaces, expected %d"
                    .formatted(checkpoint.name(), maps.size(), spaces.size()));
        }
        for (int i = 0; i < maps.size(); i++) {
            PageMap map = maps.get(i);
            PageSpace space = spaces.get(i);
            if (!map.space().equals(space.name()) || map.pageCount() != space.pageCount()) {
                throw new TraceFormatException("checkpoint %s: found %s of %d pages, expected %s of %d"
                        .formatted(checkpoint.name(), map.space(), map.pageCount(), space.name(), space.pageCount()));
            }
        }
    }
}
