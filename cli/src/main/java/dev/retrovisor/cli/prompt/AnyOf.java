package dev.retrovisor.cli.prompt;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.replayer.timeline.Finder;
import dev.retrovisor.replayer.timeline.Trigger;
import java.util.List;

/** Several triggers of one kind as one. */
record AnyOf(List<Trigger> triggers) implements Trigger {
    AnyOf {
        triggers = List.copyOf(triggers);
    }

    @Override
    public Armed arm(Machine machine, Finder finder) {
        List<Armed> all =
                triggers.stream().map(each -> each.arm(machine, finder)).toList();
        return () -> all.forEach(Armed::remove);
    }

    @Override
    public boolean stopsBefore() {
        return triggers.getFirst().stopsBefore();
    }

    @Override
    public boolean mayOccur(WrittenPages written) {
        return triggers.stream().anyMatch(each -> each.mayOccur(written));
    }
}
