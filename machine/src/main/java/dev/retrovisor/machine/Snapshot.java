package dev.retrovisor.machine;

import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** All state of a machine at one moment, kept on the heap: taken again and again, restored into others like it. */
final class Snapshot {
    private final StateWriter sections = new StateWriter();
    private final List<LinkedHashMap<Long, byte[]>> spaces = new ArrayList<>();

    /** Takes over what a machine is now; in the room of what was taken before. */
    void take(Machine machine) {
        sections.clear();
        machine.save(sections);
        List<PageSpace> found = machine.pageSpaces();
        while (spaces.size() < found.size()) {
            spaces.add(new LinkedHashMap<>());
        }
        for (int i = 0; i < found.size(); i++) {
            take(found.get(i), spaces.get(i));
        }
    }

    private static void take(PageSpace space, LinkedHashMap<Long, byte[]> pages) {
        var present = new long[1];
        space.forEachPresent(page -> {
            space.readPage(page, pages.computeIfAbsent(page, _ -> new byte[PageSpace.PAGE_BYTES]));
            present[0]++;
        });
        if (present[0] < pages.size()) {
            // A reset has cleared pages since.
            pages.clear();
            take(space, pages);
        }
    }

    /** Makes another machine of the same configuration what the taken one was. */
    void restore(Machine machine) {
        List<PageSpace> found = machine.pageSpaces();
        for (int i = 0; i < found.size(); i++) {
            PageSpace space = found.get(i);
            space.clearPages();
            spaces.get(i).forEach(space::writePage);
        }
        machine.load(new StateReader(sections.toByteArray()));
    }
}
