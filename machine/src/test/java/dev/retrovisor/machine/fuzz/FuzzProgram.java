package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.Machine;
import java.util.SplittableRandom;

/** One fuzzed program: a sequence of slices, each a change of scene and a number of steps; a function of its seed. */
final class FuzzProgram {
    /**
     * What to do before some steps, and how many.
     *
     * @param translatedForgets whether the machine on the translator drops all that it has cached
     * @param interpretedForgets the same of the other one
     * @param hashes whether one of them hashes all its state, which must not show
     */
    record Slice(Pokes pokes, boolean translatedForgets, boolean interpretedForgets, boolean hashes, long steps) {}

    private static final int[] HARTS = {1, 1, 1, 1, 2, 3};
    private static final long[] QUANTA = {101, 1009, 20011};
    private static final int[] ODD_STEPS = {1, 37, 37, 211, 211, 1009};
    private static final int LONG_STEPS = 20011;

    private final SplittableRandom random;
    private final Scenery scenery;
    private final int harts;
    private final long quantumSteps;
    private final boolean forgetful;
    private final int slices;
    private int next;

    FuzzProgram(long seed) {
        // The streams of neighbouring seeds have nothing in common.
        random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + 1);
        scenery = new Scenery(random.split());
        harts = HARTS[random.nextInt(HARTS.length)];
        quantumSteps = QUANTA[random.nextInt(QUANTA.length)];
        forgetful = random.nextInt(6) == 0;
        slices = random.nextInt(20, 90);
    }

    int harts() {
        return harts;
    }

    long quantumSteps() {
        return quantumSteps;
    }

    boolean hasNext() {
        return next < slices;
    }

    /** The next slice; {@code machine} is where the last one has left both, and only looked at. */
    Slice next(Machine machine) {
        var pokes = new Pokes();
        boolean first = next == 0;
        boolean newModes = first || random.nextInt(6) == 0;
        if (first) {
            scenery.memory(pokes);
        } else if (random.nextInt(8) == 0) {
            scenery.someCode(pokes);
        }
        if (newModes) {
            scenery.modes(pokes, harts);
            pokes.apply(machine);
        }
        scenery.registers(pokes, machine, newModes);
        next++;
        return new Slice(
                pokes,
                newModes || forgetful || random.nextInt(12) == 0,
                newModes || random.nextInt(12) == 0,
                random.nextInt(12) == 0,
                steps());
    }

    private long steps() {
        if (random.nextInt(200) == 0) {
            return LONG_STEPS;
        }
        return switch (random.nextInt(32)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> ODD_STEPS[random.nextInt(ODD_STEPS.length)];
            case 8, 9, 10, 11 -> random.nextInt(1, 60);
            default -> random.nextInt(60, 400);
        };
    }
}
