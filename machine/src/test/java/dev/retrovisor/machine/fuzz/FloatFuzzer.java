package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.EnginePair;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.Ram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Runs floating-point instructions over many operands on both engines: results and flags must be the same. */
public final class FloatFuzzer implements AutoCloseable {
    private static final long CODE = Ram.BASE + 0x1000;
    private static final long INPUTS = Ram.BASE + (1 << 20);
    private static final long OUTPUTS = Ram.BASE + (2 << 20);
    private static final long FLOAT_ON = 3L << 13;
    private static final int CODE_BYTES = 1 << 20;
    private static final int S0 = 8;
    private static final int S1 = 9;
    private static final int S2 = 18;

    private final EnginePair pair = new EnginePair(TinyMachine.CONFIG, CODE_BYTES);
    private final SplittableRandom random;
    private final FloatOperands singles;
    private final FloatOperands doubles;
    private final byte[] interpreted = new byte[FloatOperands.BATCH * FloatCase.OUTPUT_BYTES];
    private final byte[] translated = new byte[interpreted.length];
    private long cases;

    public FloatFuzzer(long seed) {
        random = new SplittableRandom(seed);
        singles = new FloatOperands(seed + 1, true);
        doubles = new FloatOperands(seed + 2, false);
    }

    /** The instructions that compute: all of F and D but loads and stores. */
    public static List<Insns.Row> rows() {
        return Insns.all().stream()
                .filter(row -> row.op() >= Ops.FIRST_FLOAT && row.op() < Ops.FIRST_SYSTEM)
                .filter(row -> row.encoding().lengthBytes() == 4)
                .toList();
    }

    /**
     * Runs every instruction over one batch of operands in each rounding mode: named, named while frm is another, and
     * dynamic. Returns what differs, empty if nothing does.
     */
    public String runBatch() {
        byte[] single = singles.next();
        byte[] dual = doubles.next();
        for (Insns.Row row : rows()) {
            for (FloatCase tested : casesOf(row)) {
                String difference = run(tested, readsSingles(row) ? single : dual);
                if (!difference.isEmpty()) {
                    return difference;
                }
            }
        }
        return "";
    }

    /** Operands of the other format come in too: {@code EdgeValues} sees to that. */
    private static boolean readsSingles(Insns.Row row) {
        String mnemonic = row.mnemonic();
        return mnemonic.endsWith(".s") || mnemonic.equals("fmv.x.w");
    }

    private List<FloatCase> casesOf(Insns.Row row) {
        var tested = new ArrayList<FloatCase>();
        for (int mode = 0; mode < FloatCase.MODES.size(); mode++) {
            if (FloatCase.rounds(row)) {
                tested.add(of(row, FloatCase.MODES.get(mode), mode));
                tested.add(of(row, FloatCase.MODES.get(mode), (mode + 1 + random.nextInt(4)) % 5));
            }
            tested.add(of(row, "dyn", mode));
        }
        return tested;
    }

    private FloatCase of(Insns.Row row, String mode, int frm) {
        FloatCase.Shape[] shapes = FloatCase.Shape.values();
        FloatCase.Shape shape = shapes[random.nextInt(shapes.length)];
        if (shape == FloatCase.Shape.LOADED_AS_SINGLE && !readsSingles(row)) {
            shape = FloatCase.Shape.LOADED;
        }
        return new FloatCase(row, mode, frm, FloatCase.REGISTERS[random.nextInt(FloatCase.REGISTERS.length)], shape);
    }

    private String run(FloatCase tested, byte[] inputs) {
        byte[] code = Assembler.assemble(tested.program(), CODE, Map.of()).bytes();
        prepare(pair.interpreted(), tested, code, inputs);
        prepare(pair.translated(), tested, code, inputs);
        pair.run(tested.steps(FloatOperands.BATCH));
        cases += FloatOperands.BATCH;
        pair.interpreted().ram().read(OUTPUTS, interpreted, 0, interpreted.length);
        pair.translated().ram().read(OUTPUTS, translated, 0, translated.length);
        for (int i = 0; i < FloatOperands.BATCH; i++) {
            String difference = difference(i, inputs);
            if (!difference.isEmpty()) {
                return tested + ", " + difference;
            }
        }
        return pair.difference();
    }

    private static void prepare(Machine machine, FloatCase tested, byte[] code, byte[] inputs) {
        machine.ram().write(CODE, code, 0, code.length);
        machine.ram().write(INPUTS, inputs, 0, inputs.length);
        HartState state = machine.hart(0);
        state.set(HartState.MSTATUS, state.get(HartState.MSTATUS) | FLOAT_ON);
        state.set(HartState.FRM, tested.frm());
        state.setX(S0, INPUTS);
        state.setX(S1, OUTPUTS);
        state.setX(S2, INPUTS + inputs.length);
        state.setPc(CODE);
    }

    private String difference(int index, byte[] inputs) {
        ByteBuffer ours = ByteBuffer.wrap(translated).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer theirs = ByteBuffer.wrap(interpreted).order(ByteOrder.LITTLE_ENDIAN);
        int at = index * FloatCase.OUTPUT_BYTES;
        if (ours.getLong(at) == theirs.getLong(at) && ours.getLong(at + 8) == theirs.getLong(at + 8)) {
            return "";
        }
        ByteBuffer input = ByteBuffer.wrap(inputs).order(ByteOrder.LITTLE_ENDIAN);
        int from = index * FloatCase.INPUT_BYTES;
        return "input %d: %#x, %#x, %#x and integer %#x: interpreter %#x, flags %#x; translator %#x, flags %#x%n"
                .formatted(
                        index,
                        input.getLong(from),
                        input.getLong(from + 8),
                        input.getLong(from + 16),
                        input.getLong(from + 24),
                        theirs.getLong(at),
                        theirs.getLong(at + 8),
                        ours.getLong(at),
                        ours.getLong(at + 8));
    }

    /** Single executions of an instruction under test so far, on each engine. */
    public long cases() {
        return cases;
    }

    /** How many of them the translator left to the interpreter, for all reasons. */
    public long leftToInterpreter() {
        Set<String> names = rows().stream()
                .map(row -> "exits: interpreted " + row.mnemonic())
                .collect(Collectors.toSet());
        return pair.translated().engineStatistics().stream()
                .filter(count -> names.contains(count.name()))
                .mapToLong(count -> count.count())
                .sum();
    }

    @Override
    public void close() {
        pair.close();
    }
}
