package dev.retrovisor.machine.state;

import dev.retrovisor.machine.Machine;
import java.util.List;

/** Checkpoint and restore in memory, as a replayer does it from a trace. */
public final class MachineCopies {
    private MachineCopies() {}

    /** Makes {@code target}, a machine of the same configuration, what {@code source} is now. */
    public static void copy(Machine source, Machine target) {
        List<PageSpace> from = source.pageSpaces();
        List<PageSpace> to = target.pageSpaces();
        var page = new byte[PageSpace.PAGE_BYTES];
        for (int i = 0; i < from.size(); i++) {
            PageSpace present = from.get(i);
            PageSpace restored = to.get(i);
            restored.clearPages();
            present.forEachPresent(number -> {
                present.readPage(number, page);
                restored.writePage(number, page);
            });
        }
        var out = new StateWriter();
        source.save(out);
        target.load(new StateReader(out.toByteArray()));
    }
}
