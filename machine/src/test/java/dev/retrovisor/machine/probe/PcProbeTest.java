package dev.retrovisor.machine.probe;

import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.state.MachineCopies;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PcProbeTest {
    private static final String LOOP = """
            li a0, 0
            li a1, 0
            loop: addi a0, a0, 1
            middle: addi a1, a1, 2
            addi a2, a2, 3
            j loop
            """;

    private static final int LOOP_STEPS = 4;

    /** Steps before the loop's first addition has been made. */
    private static final int BEFORE_MIDDLE = 3;

    private static TinyMachine running(EngineChoice engine, String program) {
        try (var origin = TinyMachine.running(program)) {
            return origin.twin(engine);
        }
    }

    private static Probe stopAt(TinyMachine machine, long address) {
        return machine.machine().probes().onPc(address, (_, _) -> Verdict.STOP);
    }

    /** The steps at which a hart comes to an address, in a list that grows. */
    private static List<Long> stepsAt(TinyMachine machine, long address) {
        var steps = new ArrayList<Long>();
        machine.machine().probes().onPc(address, (_, _) -> {
            steps.add(machine.steps());
            return Verdict.GO_ON;
        });
        return steps;
    }

    private static long count(TinyMachine machine, String name) {
        return machine.machine().engineStatistics().stream()
                .filter(count -> count.name().equals(name))
                .mapToLong(Engine.Count::count)
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void aBreakpointInAHotLoopStopsAtTheExactSteps(EngineChoice engine) {
        try (var machine = running(engine, LOOP)) {
            machine.step(10_000 * LOOP_STEPS);
            Probe probe = stopAt(machine, machine.label("middle"));
            for (int round = 10_000; round < 10_500; round++) {
                assertEquals(StopReason.PROBE, machine.step(1_000_000));
                assertEquals(BEFORE_MIDDLE + (long) round * LOOP_STEPS, machine.steps());
                assertEquals(machine.label("middle"), machine.pc());
                assertEquals(round + 1, machine.x("a0"), "what comes before is done");
                assertEquals(2L * round, machine.x("a1"), "the instruction itself is not");
            }
            probe.remove();
            assertEquals(StopReason.STEP_LIMIT, machine.step(10_000), "it is gone");
        }
    }

    @ParameterizedTest
    @EnumSource
    void goingOnDoesNotCallAgainAndAnEndOfARunDoesNotCallEarly(EngineChoice engine) {
        try (var machine = running(engine, LOOP)) {
            List<Long> steps = stepsAt(machine, machine.label("middle"));
            stopAt(machine, machine.label("middle"));
            machine.step(BEFORE_MIDDLE);
            assertEquals(List.of(), steps, "the run ends before the place's own step");
            assertEquals(StopReason.PROBE, machine.step(1));
            assertEquals(StopReason.STEP_LIMIT, machine.step(0));
            assertEquals(List.of((long) BEFORE_MIDDLE), steps);
            assertEquals(StopReason.STEP_LIMIT, machine.step(LOOP_STEPS - 1));
            assertEquals(StopReason.PROBE, machine.step(LOOP_STEPS));
            assertEquals(2, steps.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void probesMayBeSetAndRemovedWhileCalled(EngineChoice engine) {
        try (var machine = running(engine, LOOP)) {
            Probes probes = machine.machine().probes();
            var calls = new ArrayList<String>();
            long middle = machine.label("middle");
            probes.onPc(machine.label("loop"), (_, _) -> {
                var once = new Probe[1];
                once[0] = probes.onPc(middle, (_, _) -> {
                    calls.add("middle " + machine.steps());
                    once[0].remove();
                    return Verdict.GO_ON;
                });
                calls.add("loop " + machine.steps());
                return Verdict.GO_ON;
            });
            machine.step(2 + 3 * LOOP_STEPS);
            assertEquals(List.of("loop 2", "middle 3", "loop 6", "middle 7", "loop 10", "middle 11"), calls);
        }
    }

    /** Two programs in turn at two addresses of one page of RAM, whose last instruction reaches into two other pages. */
    private static final String ALIASES = OPEN_TRAPS + """
            li t0, 3 << 13
            csrs mstatus, t0
            la t0, root
            la t1, middle
            la t2, leaves
            srli t3, t1, 2
            ori t3, t3, 1
            sd t3, 0(t0)
            li t4, (RAM >> 2) | 0xcf
            sd t4, 16(t0)
            srli t3, t2, 2
            ori t3, t3, 1
            sd t3, 0(t1)
            la t3, shared
            srli t3, t3, 2
            ori t3, t3, 0xcf
            sd t3, 32(t2)
            sd t3, 64(t2)
            la t3, adds
            srli t3, t3, 2
            ori t3, t3, 0xcf
            sd t3, 40(t2)
            la t3, subtracts
            srli t3, t3, 2
            ori t3, t3, 0xcf
            sd t3, 72(t2)
            srli t0, t0, 12
            li t1, 8 << 60
            or t0, t0, t1
            csrw satp, t0
            """ + enter(1, "go") + """
            go: li a0, 0
            li a1, 0
            li s0, 0x4000
            li s1, 0x8000
            li s2, 0x4ffe
            li s3, 0x8ffe
            li t0, 1
            fcvt.d.l fa1, t0
            loop: jalr ra, 0(s0)
            jalr ra, 0(s1)
            jalr ra, 0(s0)
            jalr ra, 0(s2)
            jalr ra, 0(s3)
            j loop
            .align 12
            root: .zero 4096
            middle: .zero 4096
            leaves: .zero 4096
            shared: addi a0, a0, 1
            addi a1, a1, 1
            jr ra
            .zero 4082
            .half 0x7553                 # fadd.d or fsub.d fa0, fa0, fa1
            adds: .half 0x02b5
            .half 0x8082
            .zero 4092
            subtracts: .half 0x0ab5
            .half 0x8082
            """;

    @ParameterizedTest
    @EnumSource
    void aProbeOnOneAliasOfAPageIsNotCalledForTheOther(EngineChoice engine) {
        try (var machine = running(engine, ALIASES)) {
            machine.step(5000);
            List<Long> first = stepsAt(machine, 0x4004);
            machine.step(1900);
            int firstAlone = first.size();
            List<Long> second = stepsAt(machine, 0x8004);
            machine.step(1900);
            assertEquals(200, firstAlone, 2, "twice in each of 100 rounds of 19 steps");
            assertEquals(400, first.size(), 2);
            assertEquals(100, second.size(), 2, "once a round");
            assertFalse(second.stream().anyMatch(first::contains));
            if (engine == EngineChoice.TRANSLATOR) {
                long exits = count(machine, "exits: place with a probe");
                long calls = first.size() + second.size();
                assertTrue(exits <= calls && exits > calls - 3, "no exit in vain: %d for %d".formatted(exits, calls));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInstructionAcrossPagesIsProbedByItsFirstHalfAndIsThatOfItsSecondPage(EngineChoice engine) {
        try (var machine = running(engine, ALIASES)) {
            machine.step(5000);
            List<Long> adding = stepsAt(machine, 0x4ffe);
            machine.step(1900);
            assertEquals(100, adding.size(), 1);
            stopAt(machine, 0x8ffe);
            for (int i = 0; i < 20; i++) {
                assertEquals(StopReason.PROBE, machine.step(100));
                assertEquals(0x8ffe, machine.pc());
                assertEquals(Double.doubleToRawLongBits(1), machine.f("fa0"), "one was added, not taken away yet");
            }
            assertEquals(0, machine.csr("mcause"), "no trap");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStopBeforeTheFirstFetchFromAPageLeavesItsTableEntryAlone(EngineChoice engine) {
        String program = ALIASES.replace("li t0, 3 << 13", "li t0, 1 << 61; csrw menvcfg, t0; li t0, 3 << 13")
                .replace("sd t3, 32(t2)", "andi t3, t3, -65; sd t3, 32(t2); ori t3, t3, 64");
        try (var plain = running(engine, program);
                var probed = running(engine, program)) {
            stopAt(probed, 0x4000);
            assertEquals(StopReason.PROBE, probed.step(1000));
            plain.step(probed.steps());
            assertEquals(plain.machine().stateHash(), probed.machine().stateHash());
            long entry = probed.label("leaves") + 32;
            assertEquals(0, probed.machine().ram().readLong(entry) & 64, "not accessed yet");
            probed.step(1);
            plain.step(1);
            assertEquals(64, probed.machine().ram().readLong(entry) & 64, "accessed");
            assertEquals(plain.machine().stateHash(), probed.machine().stateHash());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameHoldsWhereMemoryIsProbedForTheWalksOwnWrite(EngineChoice engine) {
        String program = ALIASES.replace("li t0, 3 << 13", "li t0, 1 << 61; csrw menvcfg, t0; li t0, 3 << 13")
                .replace("sd t3, 32(t2)", "andi t3, t3, -65; sd t3, 32(t2); ori t3, t3, 64");
        try (var plain = running(engine, program);
                var probed = running(engine, program)) {
            var walks = new ArrayList<MemoryAccess>();
            probed.machine().probes().onWrite(probed.label("leaves") + 32, 8, access -> {
                walks.add(access);
                return access.agent() == MemoryAccess.Agent.PAGE_WALK ? Verdict.STOP : Verdict.GO_ON;
            });
            assertEquals(StopReason.PROBE, probed.step(1000));
            MemoryAccess walk = walks.getLast();
            assertEquals(0x4000, walk.virtualAddress());
            assertEquals(walk.before() | 64, walk.after());
            assertEquals(walk.step() + 1, probed.steps(), "the instruction that was fetched is done, and no other");
            assertEquals(1, probed.x("a0"));
            assertEquals(0, probed.x("a1"));
            plain.step(probed.steps());
            assertEquals(plain.machine().stateHash(), probed.machine().stateHash());
        }
    }

    @ParameterizedTest
    @EnumSource
    void codeThatIsWrittenAnewKeepsItsProbes(EngineChoice engine) {
        String program = """
                li a1, 0
                li s0, 0x00158593            # addi a1, a1, 1
                li s1, 0x00258593            # addi a1, a1, 2
                loop: la t0, victim
                sw s0, 0(t0)
                victim: nop
                mv t1, s0
                mv s0, s1
                mv s1, t1
                j loop
                """;
        try (var machine = running(engine, program)) {
            List<Long> steps = stepsAt(machine, machine.label("victim"));
            stopAt(machine, machine.label("victim"));
            long sum = 0;
            for (int i = 0; i < 300; i++) {
                assertEquals(StopReason.PROBE, machine.step(1000));
                assertEquals(sum, machine.x("a1"));
                sum += 1 + i % 2;
            }
            assertEquals(300, steps.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void codeThatMustBeFetchedOneByOneIsProbedToo(EngineChoice engine) {
        String divided = """
                li t0, (RAM + 0x800) >> 2
                csrw pmpaddr0, t0
                li t0, -1
                csrw pmpaddr1, t0
                li t0, 0x0f0f                # two regions whose border is in the page of the loop
                csrw pmpcfg0, t0
                """;
        try (var machine = running(engine, divided + LOOP)) {
            machine.step(100);
            List<Long> steps = stepsAt(machine, machine.label("middle"));
            machine.step(100 * LOOP_STEPS);
            assertEquals(100, steps.size());
            stopAt(machine, machine.label("middle"));
            assertEquals(StopReason.PROBE, machine.step(100));
            assertEquals(machine.label("middle"), machine.pc());
            assertEquals(machine.x("a0"), machine.x("a1") / 2 + 1);
        }
    }

    @Test
    void probesThatAreNeverReachedCostNoExit() {
        try (var plain = TinyMachine.running(ALIASES);
                var probed = plain.twin()) {
            Probes probes = probed.machine().probes();
            for (int i = 0; i < 2048; i++) {
                probes.onPc(0x7000_0000L + 2 * i, (_, _) -> Verdict.STOP);
            }
            probes.onAccess(TinyMachine.CONSTANTS.get("RAM") + (32 << 20), 1 << 20, _ -> Verdict.STOP);
            probes.onTrap(1 << 5, 1 << 5, (_, _, _, _, _, _) -> Verdict.STOP);
            plain.step(100_000);
            assertEquals(StopReason.STEP_LIMIT, probed.step(100_000));
            assertTrue(count(plain, "entries into native code") > 0);
            assertEquals(plain.machine().engineStatistics(), probed.machine().engineStatistics());
        }
    }

    @Test
    void afterProbesAreGoneHostCodeRunsAsBefore() {
        try (var machine = TinyMachine.running(LOOP)) {
            List<Probe> set = new ArrayList<>();
            for (String label : new String[] {"loop", "middle"}) {
                set.add(machine.machine().probes().onPc(machine.label(label), (_, _) -> Verdict.GO_ON));
            }
            machine.step(1000);
            long exits = count(machine, "exits: place with a probe");
            assertEquals(500, exits, 2);
            set.forEach(Probe::remove);
            machine.step(1000);
            long entries = count(machine, "entries into native code");
            machine.step(1000);
            assertEquals(exits, count(machine, "exits: place with a probe"));
            assertEquals(
                    entries + 1, count(machine, "entries into native code"), 1, "one for the run, one for its end");
        }
    }

    @Test
    void aRestoredMachineIsCalledAgainAtTheSameStep() {
        try (var machine = TinyMachine.running(LOOP);
                var other = machine.twin()) {
            List<Long> steps = stepsAt(machine, machine.label("middle"));
            machine.step(BEFORE_MIDDLE + 1);
            other.step(BEFORE_MIDDLE);
            MachineCopies.copy(other.machine(), machine.machine());
            machine.step(1);
            assertEquals(List.of((long) BEFORE_MIDDLE, (long) BEFORE_MIDDLE), steps);
            machine.machine().reset();
            machine.step(BEFORE_MIDDLE + 1);
            assertEquals(3, steps.size(), "probes outlive a reset");
            assertNotEquals(0, machine.pc());
        }
    }
}
