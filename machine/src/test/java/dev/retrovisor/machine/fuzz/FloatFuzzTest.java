package dev.retrovisor.machine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retrovisor.machine.EnginePair;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Floating point in host code has the interpreter's results and flags, which are QEMU's ({@code InstructionOracleTest}): in
 * all rounding modes, with special operands and others. By the million: {@code testkit/fuzz --float}.
 */
final class FloatFuzzTest {
    private static final int BATCHES = 1;

    @Test
    void hostFloatingPointIsTheInterpretersToTheBit() throws IOException {
        assumeTrue(EnginePair.isPossible(), "a host with the translator");
        try (var fuzzer = new FloatFuzzer(20_260_101)) {
            for (int batch = 0; batch < BATCHES; batch++) {
                assertEquals("", fuzzer.runBatch());
            }
            // The named rounding mode being another than the present one, or one that hosts lack: about half.
            assertTrue(3 * fuzzer.leftToInterpreter() < 2 * fuzzer.cases(), "much is done in host code");
        }
    }
}
