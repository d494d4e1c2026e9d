package dev.retrovisor.machine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retrovisor.machine.EnginePair;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What fuzzed programs come to: a fuzz that never does a thing says nothing about it. */
final class FuzzCoverageTest {
    private static final int PROGRAMS = 120;

    /** Causes of exceptions: all that there are here, with instructions of 16 bits. */
    private static final List<Integer> CAUSES = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15);

    private final long[] executed = new long[Ops.COUNT];
    private final long[] byPrivilege = new long[4];
    private final long[] exceptions = new long[16];
    private long interrupts;
    private long retired;
    private long trapped;

    @Test
    void fuzzedProgramsComeToEverything() {
        assumeTrue(EnginePair.isPossible(), "a host with the translator");
        try (var pair = new EnginePair(TinyMachine.CONFIG, Fuzzer.CODE_BYTES)) {
            var powerOn = new EnginePair.Saved(pair.interpreted());
            for (long seed = 1; seed <= PROGRAMS; seed++) {
                var program = new FuzzProgram(seed);
                pair.restore(powerOn);
                while (program.harts() == 1 && program.hasNext()) {
                    FuzzProgram.Slice slice = program.next(pair.interpreted());
                    Fuzzer.prepare(pair, slice);
                    for (long i = 0; i < slice.steps(); i++) {
                        step(pair.interpreted());
                    }
                }
            }
        }
        var never = new TreeSet<String>();
        for (int op = Ops.ILLEGAL + 1; op < Ops.COUNT; op++) {
            if (executed[op] == 0) {
                never.add(Insns.base(op).mnemonic());
            }
        }
        assertEquals(List.of(), List.copyOf(never), "instructions that were never executed");
        for (int cause : CAUSES) {
            assertTrue(exceptions[cause] > 0, "no exception of cause " + cause);
        }
        for (int privilege : new int[] {0, 1, 3}) {
            assertTrue(byPrivilege[privilege] > 10_000, "hardly anything in mode " + privilege);
        }
        assertTrue(interrupts > 20, "hardly any interrupt: " + interrupts);
        assertTrue(retired > 2 * trapped, "%d instructions, %d traps".formatted(retired, trapped));
    }

    /** Makes one step, and enters outside of the handlers what it was. */
    private void step(Machine machine) {
        HartState state = machine.hart(0);
        long physicalAddress = Shrinker.physicalAddress(machine, state, state.pc());
        boolean inHandler = (physicalAddress & -Terrain.PAGE_BYTES) == Terrain.frame(Terrain.HANDLER_FRAME);
        Insns.Row row = physicalAddress < 0 ? null : Insns.find(Shrinker.instruction(machine, physicalAddress));
        long traps = state.get(HartState.TRAPS);
        long privilege = state.get(HartState.PRIVILEGE);
        machine.runTo(machine.steps() + 1, Long.MAX_VALUE);
        if (inHandler) {
            return;
        }
        if (row != null) {
            executed[row.op()]++;
        }
        byPrivilege[(int) privilege]++;
        if (state.get(HartState.TRAPS) == traps) {
            retired++;
            return;
        }
        trapped++;
        boolean inMachine = state.get(HartState.PRIVILEGE) == 3;
        long cause = state.get(inMachine ? HartState.MCAUSE : HartState.SCAUSE);
        if (cause < 0) {
            interrupts++;
        } else {
            exceptions[(int) cause]++;
        }
    }
}
