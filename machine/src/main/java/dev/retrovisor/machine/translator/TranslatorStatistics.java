package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;

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
    final long[] interpreted = new long[Ops.COUNT];

    /** Lines of text: a name and a count each, in a fixed order. */
    public String report() {
        var text = new StringBuilder();
        line(text, "blocks translated", blocks);
        line(text, "instructions in them", instructions);
        line(text, "blocks dropped", drops);
        line(text, "flushes of all code", flushes);
        line(text, "entries into native code", entries);
        line(text, "exits: budget used up", budgetEnds);
        line(text, "exits: jump not linked yet", links);
        line(text, "exits: address looked up", lookups);
        line(text, "exits: TLB miss or device", memoryExits);
        line(text, "interrupts taken", interrupts);
        for (int op = Ops.CROSSING; op < Ops.COUNT; op++) {
            if (interpreted[op] != 0) {
                line(text, "exits: interpreted " + name(op), interpreted[op]);
            }
        }
        return text.toString();
    }

    private static String name(int op) {
        return switch (op) {
            case Ops.CROSSING -> "instruction across pages";
            case Ops.ILLEGAL -> "illegal instruction";
            default -> Insns.base(op).mnemonic();
        };
    }

    private static void line(StringBuilder text, String name, long count) {
        text.append("%-36s %,15d%n".formatted(name, count));
    }
}
