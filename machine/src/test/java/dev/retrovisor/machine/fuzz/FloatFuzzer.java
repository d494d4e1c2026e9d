package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.EnginePair;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.Ram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final byte[] expected = new byte[interpreted.length];
    private final Oracle oracle;
    private long operands;
    private long cases;

    /** A third implementation, asked about the same loops. */
    @FunctionalInterface
    public interface Oracle {
        /**
         * Runs a loop.
         *
         * @param code ends with a jump to itself, of four bytes
         * @param outputs to be filled with what it stores
         */
        void run(byte[] code, int frm, byte[] inputs, byte[] outputs) throws IOException;
    }

    /** Compares the two engines. */
    public FloatFuzzer(long seed) {
        this(seed, null);
    }

    /** Compares the two engines, and both with a third implementation. */
    public FloatFuzzer(long seed, Oracle oracle) {
        this.oracle = oracle;
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
    public String runBatch() throws IOException {
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
        operands += FloatOperands.BATCH;
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

    private String run(FloatCase tested, byte[] inputs) throws IOException {
        byte[] code = Assembler.assemble(tested.program(), CODE, Map.of()).bytes();
        prepare(pair.interpreted(), tested, code, inputs);
        prepare(pair.translated(), tested, code, inputs);
        pair.run(tested.steps(FloatOperands.BATCH));
        cases += FloatOperands.BATCH;
        pair.interpreted().ram().read(OUTPUTS, interpreted, 0, interpreted.length);
        pair.translated().ram().read(OUTPUTS, translated, 0, translated.length);
        if (oracle != null) {
            oracle.run(code, tested.frm(), inputs, expected);
        }
        int at = Arrays.mismatch(interpreted, translated);
        if (at < 0 && oracle != null) {
            at = Arrays.mismatch(expected, translated);
        }
        return at < 0 ? pair.difference() : tested + ", " + difference(at / FloatCase.OUTPUT_BYTES, inputs);
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
        ByteBuffer input = ByteBuffer.wrap(inputs).order(ByteOrder.LITTLE_ENDIAN);
        int at = index * FloatCase.INPUT_BYTES;
        return "input %d: %#x, %#x, %#x and integer %#x: interpreter %s; translator %s%s%n"
                .formatted(
                        index,
                        input.getLong(at),
                        input.getLong(at + 8),
                        input.getLong(at + 16),
                        input.getLong(at + 24),
                        output(interpreted, index),
                        output(translated, index),
                        oracle == null ? "" : "; third " + output(expected, index));
    }

    private static String output(byte[] outputs, int index) {
        ByteBuffer output = ByteBuffer.wrap(outputs).order(ByteOrder.LITTLE_ENDIAN);
        int at = index * FloatCase.OUTPUT_BYTES;
        return "%#x, flags %#x".formatted(output.getLong(at), output.getLong(at + 8));
    }

    /** Operands so far for each instruction and rounding mode; more where it can be named or dynamic. */
    public long operands() {
        return operands;
    }

    /** What was run, in words. */
    public String report() {
        return ("%d instructions of F and D, %,d executions (%,d or more an instruction and rounding mode), %,d of them not"
                        + " in host code: no difference")
                .formatted(rows().size(), cases, operands, leftToInterpreter());
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
