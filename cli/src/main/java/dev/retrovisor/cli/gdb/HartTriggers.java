package dev.retrovisor.cli.gdb;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.probe.Probe;
import dev.retrovisor.machine.probe.Probes;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.replayer.timeline.Finder;
import dev.retrovisor.replayer.timeline.Trigger;
import java.util.List;

/** What the debugger's targets stop at beside what every timeline knows. Each tells its finder the hart's number. */
final class HartTriggers {
    private static final int USER = 0;

    private HartTriggers() {}

    /** A hart goes back to user mode; stops behind. */
    record ToUser(HartCondition condition) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            Probe probe = machine.probes()
                    .onReturn((hart, _, _, _, to) -> to == USER ? told(finder, condition, hart) : Verdict.GO_ON);
            return probe::remove;
        }
    }

    /** A hart leaves user mode; stops before. */
    record FromUser(HartCondition condition) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            Probe probe = machine.probes()
                    .onTrap(
                            Probes.ALL,
                            Probes.ALL,
                            (hart, _, _, _, from, _) -> from == USER ? told(finder, condition, hart) : Verdict.GO_ON);
            return probe::remove;
        }

        @Override
        public boolean stopsBefore() {
            return true;
        }
    }

    /** Any of several, all of which stop before. */
    record Any(List<Trigger> all) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            List<Armed> armed =
                    all.stream().map(each -> each.arm(machine, finder)).toList();
            return () -> armed.forEach(Armed::remove);
        }

        @Override
        public boolean stopsBefore() {
            return true;
        }
    }

    /** A hart makes its next step, whatever that is; stops before. */
    record Steps(int hart) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            HartCondition isIt = each -> each == hart;
            long pc = machine.hart(hart).pc();
            Probe reached = machine.probes().onPc(pc, (each, _) -> told(finder, isIt, each));
            Probe trap =
                    machine.probes().onTrap(Probes.ALL, Probes.ALL, (each, _, _, _, _, _) -> told(finder, isIt, each));
            return () -> {
                reached.remove();
                trap.remove();
            };
        }

        @Override
        public boolean stopsBefore() {
            return true;
        }
    }

    private static Verdict told(Finder finder, HartCondition condition, int hart) {
        return condition.holds(hart) ? finder.found(hart) : Verdict.GO_ON;
    }
}
