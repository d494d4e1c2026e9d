package dev.retrovisor.replayer.timeline;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.machine.probe.Probe;
import dev.retrovisor.machine.probe.Probes;
import dev.retrovisor.machine.probe.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The triggers that need nothing but a machine. Conditions see the machine in the step at hand and must not change it. */
public final class Triggers {
    private Triggers() {}

    /** A hart is about to execute the instruction at an address. */
    public record PcHit(Machine machine, int hart, long pc) {}

    /** A trap is about to be taken, as {@code TrapProbe} has it. */
    public record TrapHit(Machine machine, int hart, long cause, long value, long pc, int from, int to) {}

    /** The guest has written text to a console. */
    public record ConsoleHit(int console, String text) {}

    /** What counts of accesses to memory. */
    public enum AccessKind {
        READ,
        WRITE,
        /** Reads and writes. */
        ACCESS,
        /** Writes of another value than there was. */
        CHANGE
    }

    /** Stops before the instruction at a virtual address, in any address space and on any hart that the condition takes. */
    public static Trigger pc(long virtualAddress, Predicate<PcHit> condition) {
        return new Pc(virtualAddress, condition);
    }

    /** Stops at accesses to a range of RAM, through whatever address, and by devices. */
    public static Trigger memory(
            long physicalAddress, int lengthBytes, AccessKind kind, Predicate<MemoryAccess> condition) {
        return new Memory(physicalAddress, lengthBytes, kind, condition);
    }

    /**
     * Stops at traps.
     *
     * @param exceptions a bit for each exception code
     * @param interrupts a bit for each interrupt code
     */
    public static Trigger trap(long exceptions, long interrupts, Predicate<TrapHit> condition) {
        return new TrapTaken(exceptions, interrupts, condition);
    }

    /** Stops where a console has shown text in which the pattern is found, within one line, when its last byte is out. */
    public static Trigger console(int console, Pattern text) {
        return new ConsoleText(console, text);
    }

    private record Pc(long address, Predicate<PcHit> condition) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            Probe probe = machine.probes().onPc(address, (hart, pc) -> {
                var hit = new PcHit(machine, hart, pc);
                return condition.test(hit) ? finder.found(hit) : Verdict.GO_ON;
            });
            return probe::remove;
        }

        @Override
        public boolean stopsBefore() {
            return true;
        }
    }

    private record Memory(long address, int lengthBytes, AccessKind kind, Predicate<MemoryAccess> condition)
            implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            Probes probes = machine.probes();
            Probe probe = switch (kind) {
                case READ -> probes.onRead(address, lengthBytes, access -> decide(access, finder));
                case WRITE, CHANGE -> probes.onWrite(address, lengthBytes, access -> decide(access, finder));
                case ACCESS -> probes.onAccess(address, lengthBytes, access -> decide(access, finder));
            };
            return probe::remove;
        }

        private Verdict decide(MemoryAccess access, Finder finder) {
            boolean counts = kind != AccessKind.CHANGE || changes(access);
            return counts && condition.test(access) ? finder.found(access) : Verdict.GO_ON;
        }

        /** Whether a byte that is watched changes: an access may be wider than what is watched. */
        private boolean changes(MemoryAccess access) {
            long changed = access.before() ^ access.after();
            for (int i = 0; i < access.sizeBytes(); i++) {
                long at = access.physicalAddress() + i;
                if (at >= address && at < address + lengthBytes && (changed >>> i * 8 & 0xFF) != 0) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean mayOccur(WrittenPages written) {
            if (kind == AccessKind.READ || kind == AccessKind.ACCESS) {
                return true;
            }
            for (long page = page(address); page <= page(address + lengthBytes - 1); page++) {
                if (written.mayContain(page)) {
                    return true;
                }
            }
            return false;
        }

        private static long page(long physicalAddress) {
            return physicalAddress - Ram.BASE >>> Ram.PAGE_SHIFT;
        }
    }

    private record TrapTaken(long exceptions, long interrupts, Predicate<TrapHit> condition) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            Probe probe = machine.probes().onTrap(exceptions, interrupts, (hart, cause, value, pc, from, to) -> {
                var hit = new TrapHit(machine, hart, cause, value, pc, from, to);
                return condition.test(hit) ? finder.found(hit) : Verdict.GO_ON;
            });
            return probe::remove;
        }
    }

    private record ConsoleText(int console, Pattern pattern) implements Trigger {
        @Override
        public Armed arm(Machine machine, Finder finder) {
            var line = new StringBuilder();
            take(line, finder.consoleLine(console), _ -> {});
            finder.onDeviceEvent(event -> {
                if (event instanceof DeviceEvent.ConsoleOutput(long _, int number, byte[] bytes) && number == console) {
                    take(line, new String(bytes, StandardCharsets.ISO_8859_1), finder::found);
                }
            });
            return () -> {};
        }

        private void take(StringBuilder line, String text, Consumer<ConsoleHit> hits) {
            for (int i = 0; i < text.length(); i++) {
                char next = text.charAt(i);
                line.append(next);
                Matcher found = pattern.matcher(line);
                if (found.find()) {
                    hits.accept(new ConsoleHit(console, found.group()));
                    line.setLength(0);
                } else if (next == '\n' || line.length() >= Finder.LONGEST_LINE) {
                    line.setLength(0);
                }
            }
        }
    }
}
