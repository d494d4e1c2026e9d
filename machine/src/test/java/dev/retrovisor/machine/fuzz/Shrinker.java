package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.EnginePair;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.HartFields;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Disassembler;
import dev.retrovisor.machine.memory.Ram;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Makes of a program on which the engines differ a shorter one, and words it. */
final class Shrinker {
    private static final int SHOWN = 120;
    private static final int C_NOP = 1;
    private static final int NOP = 0x13;

    /** Where an instruction was executed, by which hart, and what it was. */
    private record Executed(int hart, long pc, long physicalAddress, int bits) {
        int lengthBytes() {
            return (bits & 3) == 3 ? 4 : 2;
        }
    }

    private final EnginePair pair;
    private final EnginePair.Saved powerOn;
    private final long seed;

    Shrinker(EnginePair pair, EnginePair.Saved powerOn, long seed) {
        this.pair = pair;
        this.powerOn = powerOn;
        this.seed = seed;
    }

    /**
     * Tells what happened.
     *
     * @param slice number of the one behind which the engines differed
     * @param difference how
     */
    String report(int slice, String difference) {
        var text = new StringBuilder("program %d, slice %d: the engines differ%n%s".formatted(seed, slice, difference));
        long steps = rerunTo(slice);
        if (steps < 0) {
            return text.append("It differs at the end only, or not again.\n").toString();
        }
        var before = new EnginePair.Saved(pair.interpreted());
        long least = leastSteps(before, steps);
        if (least < 0) {
            text.append("It takes what was cached by then: not so from a restored state. The last instructions:\n");
            append(text, trace(before, steps));
            return text.toString();
        }
        before = shrink(before, least);
        least = leastSteps(before, least);
        pair.restore(before);
        appendRegisters(text.append("Shrunk to %d steps, from%n".formatted(least)));
        append(text, trace(before, least));
        diverges(before, least);
        return text.append("\nthen\n").append(pair.differenceOfAll()).toString();
    }

    /** Runs the program up to a slice, sets its scene, and returns the slice's steps; -1 if it ends before. */
    private long rerunTo(int slice) {
        var program = new FuzzProgram(seed);
        pair.restore(powerOn);
        for (int i = 0; program.hasNext(); i++) {
            FuzzProgram.Slice next = program.next(pair.interpreted());
            Fuzzer.prepare(pair, next);
            if (i == slice) {
                return next.steps();
            }
            pair.run(next.steps());
        }
        return -1;
    }

    private boolean diverges(EnginePair.Saved from, long steps) {
        pair.restore(from);
        pair.run(steps);
        return !pair.differenceOfAll().isEmpty();
    }

    /** The smallest number of steps behind which they differ: by halving first, then one by one; -1 if they do not. */
    private long leastSteps(EnginePair.Saved from, long steps) {
        if (!diverges(from, steps)) {
            return -1;
        }
        long good = 0;
        long bad = steps;
        while (bad - good > 1) {
            long middle = (good + bad) / 2;
            if (diverges(from, middle)) {
                bad = middle;
            } else {
                good = middle;
            }
        }
        for (long earlier = Math.max(1, bad - 100); earlier < bad; earlier++) {
            if (diverges(from, earlier)) {
                return earlier;
            }
        }
        return bad;
    }

    /** Puts nops in place of executed instructions, and zeros in registers, as long as they still differ. */
    private EnginePair.Saved shrink(EnginePair.Saved from, long steps) {
        EnginePair.Saved least = from;
        boolean changed = true;
        for (int round = 0; changed && round < 4; round++) {
            changed = false;
            Set<Executed> executed = new LinkedHashSet<>(trace(least, steps));
            for (Executed instruction : executed) {
                EnginePair.Saved tried = without(least, instruction);
                if (tried != null && diverges(tried, steps)) {
                    least = tried;
                    changed = true;
                }
            }
        }
        for (int hart = 0; hart < pair.interpreted().hartCount(); hart++) {
            for (int offset = HartState.X; offset < HartState.PC; offset += 8) {
                pair.restore(least);
                pair.interpreted().hart(hart).set(offset, 0);
                var tried = new EnginePair.Saved(pair.interpreted());
                if (diverges(tried, steps)) {
                    least = tried;
                }
            }
        }
        return least;
    }

    private EnginePair.Saved without(EnginePair.Saved from, Executed instruction) {
        Ram ram = pair.interpreted().ram();
        if (instruction.physicalAddress < 0 || instruction.bits == NOP || instruction.bits == C_NOP) {
            return null;
        }
        pair.restore(from);
        if (instruction.lengthBytes() == 4) {
            ram.writeInt(instruction.physicalAddress, NOP);
        } else {
            ram.writeShort(instruction.physicalAddress, C_NOP);
        }
        return new EnginePair.Saved(pair.interpreted());
    }

    /** What the interpreter executes, step by step. */
    private List<Executed> trace(EnginePair.Saved from, long steps) {
        pair.restore(from);
        Machine machine = pair.interpreted();
        var executed = new ArrayList<Executed>();
        for (long i = 0; i < steps; i++) {
            var before = new long[machine.hartCount()];
            var pcs = new long[machine.hartCount()];
            var at = new Executed[machine.hartCount()];
            for (int hart = 0; hart < before.length; hart++) {
                HartState state = machine.hart(hart);
                before[hart] = state.get(HartState.STEPS);
                pcs[hart] = state.pc();
                long physicalAddress = physicalAddress(machine, state, state.pc());
                int bits = physicalAddress < 0 ? 0 : instruction(machine, physicalAddress);
                at[hart] = new Executed(hart, state.pc(), physicalAddress, bits);
            }
            machine.runTo(machine.steps() + 1, Long.MAX_VALUE);
            for (int hart = 0; hart < before.length; hart++) {
                if (machine.hart(hart).get(HartState.STEPS) != before[hart]) {
                    executed.add(at[hart]);
                }
            }
        }
        return executed;
    }

    /** The instruction at an address; the first half of one that lies in two pages. */
    static int instruction(Machine machine, long physicalAddress) {
        int bits = machine.ram().readShort(physicalAddress);
        boolean whole = (bits & 3) == 3 && (physicalAddress & Terrain.PAGE_BYTES - 1) < Terrain.PAGE_BYTES - 2;
        return whole ? machine.ram().readInt(physicalAddress) : bits;
    }

    /** Where an address leads by the page tables, whatever the rights; -1 if nowhere in RAM. */
    static long physicalAddress(Machine machine, HartState state, long address) {
        long satp = state.get(HartState.SATP);
        long found = address;
        if (state.get(HartState.PRIVILEGE) < 3 && satp >>> 60 != 0) {
            found = -1;
            long table = satp << 12 & (1L << 56) - 1;
            for (int level = (int) (satp >>> 60) - 6;
                    level >= 0 && machine.ram().contains(table, 4096);
                    level--) {
                long entry = machine.ram().readLong(table + (address >>> 12 + 9 * level & 511) * 8);
                table = entry << 2 & (1L << 56) - 4096;
                if ((entry & 10) != 0) {
                    found = table & -4096L << 9 * level | address & (4096L << 9 * level) - 1;
                    break;
                }
            }
        }
        return machine.ram().contains(found, 4) ? found : -1;
    }

    private void appendRegisters(StringBuilder text) {
        Machine machine = pair.interpreted();
        for (int hart = 0; hart < machine.hartCount(); hart++) {
            text.append("hart ").append(hart).append(':');
            for (int offset = 0; offset < HartState.SAVED_BYTES; offset += 8) {
                long value = machine.hart(hart).get(offset);
                if (value != 0) {
                    text.append(" %s=%#x".formatted(HartFields.name(offset), value));
                }
            }
            text.append('\n');
        }
    }

    private static void append(StringBuilder text, List<Executed> executed) {
        int from = Math.max(0, executed.size() - SHOWN);
        for (Executed instruction : executed.subList(from, executed.size())) {
            text.append("hart %d %#18x  %08x  %s%n"
                    .formatted(
                            instruction.hart,
                            instruction.pc,
                            instruction.bits,
                            instruction.physicalAddress < 0
                                    ? "no code"
                                    : Disassembler.disassemble(instruction.bits, instruction.pc)));
        }
    }
}
