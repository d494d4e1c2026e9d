package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import java.util.ArrayList;
import java.util.List;

/** What the translator did, for those who tune it: counts since the machine was made. Never part of machine state. */
public final class TranslatorStatistics {
    long blocks;
    long instructions;
    long drops;
    long flushes;
    long entries;
    long lookups;
    long budgetEnds;
    long links;
    long memoryExits;
    long interrupts;
    long probes;
    final long[] interpreted = new long[Ops.COUNT];

    /** A name and a count each, in a fixed order; of instructions only those that were interpreted at all. */
    List<Engine.Count> counts(long codeBytes) {
        var counts = new ArrayList<Engine.Count>();
        counts.add(new Engine.Count("blocks translated", blocks));
        counts.add(new Engine.Count("instructions in them", instructions));
        counts.add(new Engine.Count("blocks dropped", drops));
        counts.add(new Engine.Count("flushes of all code", flushes));
        counts.add(new Engine.Count("entries into native code", entries));
        counts.add(new Engine.Count("exits: budget used up", budgetEnds));
        counts.add(new Engine.Count("exits: jump not linked yet", links));
        counts.add(new Engine.Count("exits: address looked up", lookups));
        counts.add(new Engine.Count("exits: TLB miss or device", memoryExits));
        if (probes != 0) {
            counts.add(new Engine.Count("exits: place with a probe", probes));
        }
        counts.add(new Engine.Count("interrupts taken", interrupts));
        counts.add(new Engine.Count("bytes of host code", codeBytes));
        for (int op = Ops.CROSSING; op < Ops.COUNT; op++) {
            if (interpreted[op] != 0) {
                counts.add(new Engine.Count("exits: interpreted " + name(op), interpreted[op]));
            }
        }
        return counts;
    }

    private static String name(int op) {
        return switch (op) {
            case Ops.CROSSING -> "instruction across pages";
            case Ops.ILLEGAL -> "illegal instruction";
            default -> Insns.base(op).mnemonic();
        };
    }
}
