package dev.retrovisor.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.probe.MemoryAccess;
import dev.retrovisor.machine.probe.MemoryProbe;
import dev.retrovisor.machine.probe.Probes;
import dev.retrovisor.machine.probe.Verdict;
import dev.retrovisor.machine.time.Alarms;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Probes of all kinds at once: both engines call them at the same steps with the same values, and nobody can tell. */
final class ProbesAgreeTest {
    private static final long STEPS = 40_000;

    /** Where the programs keep their data, or some of it. */
    private static final long[][] DATA = {{0x10000, 0x1000}, {0x20000, 0x300}, {0x21ff0, 0x20}, {0x400000, 0x6000}};

    /** What a machine's probes were called for, a line each. */
    private static final class Calls {
        final List<String> lines = new ArrayList<>();
        final List<MemoryAccess> accesses = new ArrayList<>();
        private final Machine machine;
        private final BooleanSupplier stops;

        Calls(Machine machine, BooleanSupplier stops) {
            this.machine = machine;
            this.stops = stops;
        }

        /** Sets probes: before every {@code every}-th halfword of the program on average, on data, on all traps. */
        void set(TinyMachine tiny, int every) {
            Probes probes = machine.probes();
            var random = new Random(7);
            for (int offset = 0; offset < tiny.program().bytes().length; offset += 2) {
                if (random.nextInt(every) == 0) {
                    probes.onPc(MemoryMap.RAM + offset, (hart, pc) -> {
                        assertEquals(machine.hart(hart).pc(), pc, "the state stands at the place");
                        return note("pc", hart);
                    });
                }
            }
            for (long[] range : DATA) {
                probes.onRead(MemoryMap.RAM + range[0], range[1], access());
                probes.onWrite(MemoryMap.RAM + range[0], range[1], access());
            }
            probes.onTrap(Probes.ALL, Probes.ALL, (hart, cause, value, pc, from, to) -> {
                assertEquals(machine.hart(hart).pc(), pc, "the state stands at the trap");
                return note("trap %x value %x from %d to %d".formatted(cause, value, from, to), hart);
            });
            probes.onReturn((hart, _, target, from, to) ->
                    note("return to %x from %d to %d".formatted(target, from, to), hart));
        }

        private MemoryProbe access() {
            return access -> {
                accesses.add(access);
                assertEquals(machine.steps(), access.step(), "the clock is exact");
                return note(access.toString(), access.hart());
            };
        }

        private Verdict note(String what, int hart) {
            long registers = 0;
            for (int slot = 0; hart >= 0 && slot <= HartState.PRIVILEGE / 8; slot++) {
                registers = registers * 31 + machine.hart(hart).get(slot * 8);
            }
            lines.add("step %d hart %d pc %x registers %x: %s"
                    .formatted(
                            machine.steps(),
                            hart,
                            hart < 0 ? 0 : machine.hart(hart).pc(),
                            registers,
                            what));
            return stops.getAsBoolean() ? Verdict.STOP : Verdict.GO_ON;
        }
    }

    private static final BooleanSupplier NEVER = () -> false;

    @ParameterizedTest
    @MethodSource("dev.retrovisor.machine.DeterminismTest#programs")
    void bothEnginesCallTheSameProbesAtTheSameSteps(Supplier<TinyMachine> program) {
        for (int every : new int[] {1, 9}) {
            List<String> expected = null;
            for (int chop : new int[] {37, 1009, 20011}) {
                try (var plain = program.get();
                        var translated = plain.twin(EngineChoice.TRANSLATOR);
                        var interpreted = plain.twin(EngineChoice.INTERPRETER)) {
                    plain.step(STEPS);
                    Calls first = run(translated, every, chop);
                    Calls second = run(interpreted, every, chop);
                    assertSameLines(second.lines, first.lines);
                    assertFalse(first.lines.isEmpty(), "probes are called");
                    if (expected != null) {
                        assertSameLines(expected, first.lines);
                    }
                    expected = first.lines;
                    DeterminismTest.assertSame(plain, translated);
                    DeterminismTest.assertSame(plain, interpreted);
                }
            }
        }
    }

    private static Calls run(TinyMachine tiny, int every, int chop) {
        var calls = new Calls(tiny.machine(), NEVER);
        calls.set(tiny, every);
        while (tiny.steps() < STEPS) {
            tiny.machine().runTo(Math.min(STEPS, tiny.steps() + chop), Alarms.NEVER);
        }
        return calls;
    }

    private static void assertSameLines(List<String> expected, List<String> found) {
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            assertEquals(expected.get(i), found.get(i), "call " + i);
        }
        assertEquals(expected.size(), found.size(), "calls");
    }

    @ParameterizedTest
    @MethodSource("dev.retrovisor.machine.DeterminismTest#programs")
    void aStopShowsTheStateOfARunToThatStep(Supplier<TinyMachine> program) {
        for (EngineChoice engine : EngineChoice.values()) {
            var random = new Random(11);
            IntUnaryOperator chop = _ -> 1 + random.nextInt(5000);
            try (var plain = program.get();
                    var probed = plain.twin(engine)) {
                var calls = new Calls(probed.machine(), () -> random.nextInt(60) == 0);
                calls.set(probed, 5);
                int stops = 0;
                while (probed.steps() < STEPS / 4) {
                    StopReason reason = probed.machine().runTo(probed.steps() + chop.applyAsInt(0), Alarms.NEVER);
                    if (reason == StopReason.PROBE) {
                        stops++;
                        plain.machine().runTo(probed.steps(), probed.machine().virtualNanos());
                        DeterminismTest.assertSameRegisters(plain, probed);
                        if (stops % 8 == 0) {
                            DeterminismTest.assertSame(plain, probed);
                        }
                    }
                }
                assertTrue(stops > 10, "the machine stops: " + stops);
            }
        }
    }

    /** The one who knows best: a machine without probes, looked at after every step. */
    @ParameterizedTest
    @MethodSource("dev.retrovisor.machine.DeterminismTest#programs")
    void probesMissNothingThatSingleStepsShow(Supplier<TinyMachine> program) {
        try (var plain = program.get();
                var probed = plain.twin()) {
            if (plain.machine().hartCount() > 1) {
                return; // whose step it is does not show
            }
            var calls = new Calls(probed.machine(), NEVER);
            calls.set(probed, 1);
            long end = MemoryMap.RAM + plain.program().bytes().length;
            HartState state = plain.machine().hart(0);
            for (int i = 0; i < STEPS / 4; i++) {
                calls.lines.clear();
                calls.accesses.clear();
                plain.machine().runTo(plain.steps(), plain.machine().nextAlarmNanos());
                long pc = state.pc();
                long traps = state.get(HartState.TRAPS);
                byte[][] before = data(plain);
                plain.step(1);
                probed.machine().runTo(plain.steps(), Alarms.NEVER);
                boolean trapped = state.get(HartState.TRAPS) != traps;
                boolean interrupted = trapped && plain.csr("mcause") < 0;
                boolean atPlace = !interrupted && pc >= MemoryMap.RAM && pc < end;
                String where = "step %d, pc %x: %s".formatted(plain.steps() - 1, pc, calls.lines);
                assertEquals(atPlace, has(calls, ": pc"), "place, " + where);
                assertEquals(trapped, has(calls, ": trap"), "trap, " + where);
                checkWrites(before, data(plain), calls.accesses, where);
            }
        }
    }

    private static boolean has(Calls calls, String what) {
        return calls.lines.stream().anyMatch(line -> line.contains(what));
    }

    private static byte[][] data(TinyMachine tiny) {
        var data = new byte[DATA.length][];
        for (int i = 0; i < data.length; i++) {
            data[i] = new byte[(int) DATA[i][1]];
            tiny.machine().ram().read(MemoryMap.RAM + DATA[i][0], data[i], 0, data[i].length);
        }
        return data;
    }

    private static void checkWrites(byte[][] before, byte[][] after, List<MemoryAccess> accesses, String where) {
        for (int range = 0; range < DATA.length; range++) {
            long base = MemoryMap.RAM + DATA[range][0];
            for (MemoryAccess access : accesses) {
                for (int i = 0; i < access.sizeBytes(); i++) {
                    long at = access.physicalAddress() - base + i;
                    if (at >= 0 && at < before[range].length) {
                        assertEquals(before[range][(int) at], (byte) (access.before() >>> i * 8), "before, " + where);
                        assertEquals(after[range][(int) at], (byte) (access.after() >>> i * 8), "after, " + where);
                        before[range][(int) at] = after[range][(int) at];
                    }
                }
            }
            assertArrayEquals(after[range], before[range], "unnoticed, " + where);
        }
    }

    @Test
    void theProgramsReachEveryKindOfProbe() {
        try (var random = TinyMachine.running(GuestPrograms.random(1));
                var paging = TinyMachine.running(GuestPrograms.PAGING)) {
            Calls calls = run(random, 9, 1009);
            for (String kind : new String[] {": pc", ": trap", ": return", "READ", "WRITE"}) {
                assertTrue(has(calls, kind), kind);
            }
            var walks = new ArrayList<MemoryAccess>();
            paging.machine().probes().onWrite(paging.label("leaves"), 4096, access -> {
                walks.add(access);
                return Verdict.GO_ON;
            });
            paging.step(STEPS);
            assertTrue(
                    walks.stream().anyMatch(access -> access.agent() == MemoryAccess.Agent.PAGE_WALK),
                    "a walk sets bits");
            assertTrue(
                    walks.stream().anyMatch(access -> access.agent() == MemoryAccess.Agent.INSTRUCTION),
                    "a store makes an entry");
        }
    }
}
