package dev.retrovisor.testkit.look;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.testkit.debian.LookGuest;
import dev.retrovisor.testkit.debian.Recording;
import dev.retrovisor.testkit.debian.Truth;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A guest that stands where it has just told the truth about itself, and our view of it. */
final class Look implements AutoCloseable {
    private final Recording recording;
    private final Truth truth;
    private final Replay replay;
    private final KernelView kernel;

    private Look(Recording recording, Replay replay) {
        this.recording = recording;
        this.replay = replay;
        truth = Truth.of(recording);
        MachineView machine = MachineView.of(replay.machine());
        kernel = new KernelView(KernelFinder.find(machine), machine);
    }

    static Look at(int harts, PagingMode paging) {
        Recording recording = LookGuest.recorded(harts, paging);
        Replay replay = Replay.open(recording.trace(), ReplayOptions.standard());
        replay.run(recording.behind(LookGuest.MARKER), ReplayListener.SILENT);
        return new Look(recording, replay);
    }

    Recording recording() {
        return recording;
    }

    Replay replay() {
        return replay;
    }

    Truth truth() {
        return truth;
    }

    KernelView kernel() {
        return kernel;
    }

    /** The rows of an inspection. */
    List<Row> rows(String inspection) {
        return rows(inspection, Inspection.Scope.EVERYTHING);
    }

    List<Row> rows(String inspection, Inspection.Scope scope) {
        return Row.of(Inspections.named(inspection).orElseThrow(), kernel, scope);
    }

    /** The rows of an inspection by the process that they are about, in order. */
    Map<Integer, List<Row>> rowsByPid(String inspection) {
        return rows(inspection).stream().collect(Collectors.groupingBy(row -> (int) row.number("pid")));
    }

    @Override
    public void close() {
        replay.close();
    }
}
