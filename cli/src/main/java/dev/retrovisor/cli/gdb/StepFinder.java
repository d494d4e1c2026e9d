package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.replayer.timeline.Finder;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes what triggers of harts and memory find. */
final class StepFinder implements Finder {
    private final Function<Object, Verdict> found;

    /** @param found what the probe is to answer to what was found */
    StepFinder(Function<Object, Verdict> found) {
        this.found = found;
    }

    @Override
    public Verdict found(Object what) {
        return found.apply(what);
    }

    @Override
    public void onDeviceEvent(Consumer<DeviceEvent> listener) {
        throw new IllegalStateException("only triggers of harts and memory are armed here");
    }

    @Override
    public String consoleLine(int console) {
        throw new IllegalStateException("only triggers of harts and memory are armed here");
    }
}
