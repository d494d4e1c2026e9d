package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.EnginePair;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs fuzzed programs on both engines and compares all state after each slice. */
public final class Fuzzer implements AutoCloseable {
    /**
     * What was run so far.
     *
     * @param instructions retired, by each engine
     * @param traps taken, by each engine
     */
    public record Counts(long programs, long slices, long instructions, long traps) {}

    /** Room for some dozens of blocks: translating drops all of them again and again. */
    static final int CODE_BYTES = 48 << 10;

    private record Shape(int harts, long quantumSteps) {}

    /** Two machines, and what they were at first. */
    private record Place(EnginePair pair, EnginePair.Saved powerOn) {}

    private final Map<Shape, Place> places = new LinkedHashMap<>();
    private long programs;
    private long slices;
    private long instructions;
    private long traps;

    /** Runs one program; returns a report of what differs, empty if nothing does. */
    public String run(long seed) {
        var program = new FuzzProgram(seed);
        Place place = place(program);
        EnginePair pair = place.pair;
        pair.restore(place.powerOn);
        int slice = 0;
        boolean goesOn = true;
        String difference = "";
        while (goesOn && program.hasNext()) {
            goesOn = runSlice(pair, program.next(pair.interpreted()));
            difference = pair.difference();
            if (!difference.isEmpty()) {
                break;
            }
            slice++;
        }
        if (difference.isEmpty()) {
            difference = pair.differenceOfAll();
        }
        count(pair.interpreted(), slice);
        return difference.isEmpty() ? "" : new Shrinker(pair, place.powerOn, seed).report(slice, difference);
    }

    private Place place(FuzzProgram program) {
        return places.computeIfAbsent(new Shape(program.harts(), program.quantumSteps()), shape -> {
            var pair = new EnginePair(config(shape), CODE_BYTES);
            return new Place(pair, new EnginePair.Saved(pair.interpreted()));
        });
    }

    private static MachineConfig config(Shape shape) {
        return new MachineConfig(
                MachineConfig.MIN_MEMORY_BYTES,
                shape.harts,
                shape.quantumSteps,
                PagingMode.SV57,
                true,
                "",
                List.of(),
                List.of(),
                false,
                0,
                new byte[32]);
    }

    /** Sets the scene on both. */
    static void prepare(EnginePair pair, FuzzProgram.Slice slice) {
        slice.pokes().apply(pair.translated());
        slice.pokes().apply(pair.interpreted());
        if (slice.translatedForgets()) {
            forget(pair.translated());
        }
        if (slice.interpretedForgets()) {
            forget(pair.interpreted());
        }
        if (slice.hashes()) {
            pair.translated().stateHash();
        }
    }

    /** Lets a machine drop all that it keeps beside its state. */
    private static void forget(Machine machine) {
        var out = new StateWriter();
        machine.save(out);
        machine.load(new StateReader(out.toByteArray()));
    }

    private static boolean runSlice(EnginePair pair, FuzzProgram.Slice slice) {
        prepare(pair, slice);
        return pair.run(slice.steps());
    }

    private void count(Machine machine, int slicesRun) {
        programs++;
        slices += slicesRun;
        for (int hart = 0; hart < machine.hartCount(); hart++) {
            long trapped = machine.hart(hart).get(HartState.TRAPS);
            traps += trapped;
            instructions += machine.hart(hart).get(HartState.STEPS) - trapped;
        }
    }

    public Counts counts() {
        return new Counts(programs, slices, instructions, traps);
    }

    /** What the translators did, in all machines. */
    public Map<String, Long> statistics() {
        var sums = new LinkedHashMap<String, Long>();
        for (Place place : places.values()) {
            for (Engine.Count count : place.pair.translated().engineStatistics()) {
                sums.merge(count.name(), count.count(), Long::sum);
            }
        }
        return sums;
    }

    @Override
    public void close() {
        places.values().forEach(place -> place.pair.close());
        places.clear();
    }
}
