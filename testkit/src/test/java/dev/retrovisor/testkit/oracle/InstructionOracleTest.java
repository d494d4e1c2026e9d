package dev.retrovisor.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every instruction against QEMU's user mode on random operands: registers, fcsr, memory, pc and traps must come out the
 * same. {@code -Dretrovisor.oracle.scale=N} runs N times as many cases, {@code -Dretrovisor.oracle.float=N} so many of each
 * floating-point instruction, {@code -Dretrovisor.oracle.seed=N} others.
 */
final class InstructionOracleTest {
    private static final int INTEGER_CASES = 2_500;
    private static final int FLOAT_CASES = Integer.getInteger("retrovisor.oracle.float", 10_000);
    private static final int RANDOM_WORDS = 150_000;
    private static final int SCALE = Integer.getInteger("retrovisor.oracle.scale", 1);
    private static final long SEED = Long.getLong("retrovisor.oracle.seed", 20_260_101);

    private static Comparison comparison;

    @BeforeAll
    static void start() throws IOException {
        comparison = new Comparison();
    }

    @AfterAll
    static void stop() throws IOException {
        if (comparison != null) {
            comparison.close();
        }
    }

    /** All but ecall: in a process that is a call of the operating system. */
    static Stream<Named<Insns.Row>> rows() {
        return Insns.all().stream().filter(row -> row.op() != Ops.ECALL).map(row -> Named.of(row.asm(), row));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void everyInstructionDoesWhatItDoesInQemu(Insns.Row row) throws IOException {
        var random = new SplittableRandom(SEED + row.asm().hashCode());
        var generator = new CaseGenerator(random);
        boolean isFloat = row.op() >= Ops.FIRST_FLOAT && row.op() < Ops.FIRST_SYSTEM;
        long left = (long) SCALE * (isFloat ? FLOAT_CASES : INTEGER_CASES);
        while (left > 0) {
            var cases = new CaseBatch();
            for (; left > 0 && !cases.isFull(); left--) {
                generator.add(cases, row);
            }
            requireSame(comparison.differences(cases));
        }
    }

    @Test
    void everySixteenBitWordIsTheSameInstructionOrNoneInQemu() throws IOException {
        var generator = new CaseGenerator(new SplittableRandom(SEED));
        var words = new ArrayList<Integer>();
        for (int bits = 0; bits < 65536; bits++) {
            if ((bits & 3) != 3) {
                words.add(bits);
            }
        }
        requireSameWords(generator, words);
    }

    @Test
    void randomWordsAreTheSameInstructionsOrNoneInQemu() throws IOException {
        var random = new SplittableRandom(SEED);
        var generator = new CaseGenerator(random);
        List<Insns.Row> rows = Insns.all().stream()
                .filter(row -> row.encoding().lengthBytes() == 4)
                .toList();
        var words = new ArrayList<Integer>();
        while (words.size() < RANDOM_WORDS * SCALE) {
            if (random.nextBoolean()) {
                words.add(random.nextInt() | 3);
            } else {
                // Next to an instruction: a bit that should be fixed is not.
                var encoding = rows.get(random.nextInt(rows.size())).encoding();
                int bits = random.nextInt() & ~encoding.mask() | encoding.match();
                words.add((bits ^ 1 << random.nextInt(32)) | 3);
            }
        }
        requireSameWords(generator, words);
    }

    @Test
    void userModeHasTheCsrsThatItHasInQemu() throws IOException {
        var generator = new CaseGenerator(new SplittableRandom(SEED));
        var reads = new CaseBatch();
        var writes = new CaseBatch();
        for (int csr = 0; csr < 4096; csr++) {
            // QEMU's user mode has no hpmcounter3 to 31; with Zihpm they are there and may read as zero (unprivileged
            // manual, "Zihpm Extension for Hardware Performance Counters").
            if (csr < 0xC03 || csr > 0xC1F) {
                generator.addRaw(reads, csr << 20 | 0x2073); // csrrs x0, csr, x0
            }
            generator.addRaw(writes, csr << 20 | 0x1073); // csrrw x0, csr, x0
        }
        requireSame(comparison.differences(reads));
        requireSame(comparison.differences(writes));
    }

    private static void requireSameWords(CaseGenerator generator, List<Integer> words) throws IOException {
        var differences = new ArrayList<String>();
        var cases = new CaseBatch();
        for (int bits : words) {
            if (isHarmless(bits) && CaseGenerator.isUsable(bits)) {
                generator.addRaw(cases, bits);
            }
            if (cases.isFull()) {
                differences.addAll(comparison.differences(cases));
                cases = new CaseBatch();
            }
        }
        differences.addAll(comparison.differences(cases));
        requireSame(differences);
    }

    /** Not a system call, no store-conditional on a reservation from an earlier case, no bug of QEMU's. */
    private static boolean isHarmless(int bits) {
        Insns.Row row = Insns.find(bits);
        return !isWholeVectorAccess(bits)
                && (row == null || row.op() != Ops.ECALL && row.op() != Ops.SCW && row.op() != Ops.SCD);
    }

    /**
     * Loads, stores and moves of whole vector registers: QEMU 10.0 executes them without V too. They are illegal then
     * (unprivileged manual, "V Extension for Vector Operations": reserved without the extension).
     */
    private static boolean isWholeVectorAccess(int bits) {
        int opcode = bits & 0x7F;
        int width = bits >>> 12 & 7;
        boolean isVectorWidth = width == 0 || width >= 5;
        boolean isWholeAccess = (opcode == 0x07 || opcode == 0x27) && isVectorWidth && (bits >>> 20 & 0x1F) == 8;
        boolean isWholeMove = opcode == 0x57 && width == 3 && bits >>> 26 == 0b100111;
        return isWholeAccess || isWholeMove;
    }

    private static void requireSame(List<String> differences) {
        assertEquals(List.of(), differences, () -> "ours differs from QEMU:\n" + String.join("\n", differences));
    }
}
