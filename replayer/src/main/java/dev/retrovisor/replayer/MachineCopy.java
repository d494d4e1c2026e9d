package dev.retrovisor.replayer;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import java.util.List;

/** Makes one machine what another is. */
public final class MachineCopy {
    private MachineCopy() {}

    /** @param target of the same configuration */
    public static void copy(Machine source, Machine target) {
        var page = new byte[PageSpace.PAGE_BYTES];
        List<PageSpace> targets = target.pageSpaces();
        for (int i = 0; i < targets.size(); i++) {
            PageSpace from = source.pageSpaces().get(i);
            PageSpace to = targets.get(i);
            to.clearPages();
            from.forEachPresent(number -> {
                from.readPage(number, page);
                to.writePage(number, page);
            });
        }
        var sections = new StateWriter();
        source.save(sections);
        target.load(new StateReader(sections.toByteArray()));
    }
}
