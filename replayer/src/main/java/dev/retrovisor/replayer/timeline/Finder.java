package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.probe.Verdict;
import java.util.function.Consumer;

/** Takes what the triggers of one stretch find, at the step at hand. */
public interface Finder {
    /** Bytes of a line of console text that count at most. */
    int LONGEST_LINE = 4096;

    /**
     * The trigger occurs in the step that the machine is about to make, or is making.
     *
     * @param what what a user is told of it: the access, the trap, the text
     * @return what the probe is to answer
     */
    Verdict found(Object what);

    /** Shows what leaves the machine in this stretch, as it happens. */
    void onDeviceEvent(Consumer<DeviceEvent> listener);

    /** What stood in a console's line when this stretch began, as ISO 8859-1; at most {@link #LONGEST_LINE} of it. */
    String consoleLine(int console);
}
