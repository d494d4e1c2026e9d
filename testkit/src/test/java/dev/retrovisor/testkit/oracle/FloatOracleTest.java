package dev.retrovisor.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retrovisor.machine.EnginePair;
import dev.retrovisor.machine.fuzz.FloatFuzzer;
import dev.retrovisor.testkit.GuestPrograms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The translator and the interpreter against QEMU on every instruction of F and D in the five rounding modes: loops that
 * all three run over the same operands. {@code -Dretrovisor.oracle.operands=N} takes at least N for each instruction and
 * mode; {@code testkit/oracle-float} does it by the million.
 */
final class FloatOracleTest {
    private static final int OPERANDS = Integer.getInteger("retrovisor.oracle.operands", 1);
    private static final long SEED = Long.getLong("retrovisor.oracle.seed", 20_260_101);
    private static final int JUMP_BACK = 0x0008_8067; // jalr x0, 0(a7)

    @Test
    void floatingPointIsQemusInBothEngines() throws IOException {
        assumeTrue(EnginePair.isPossible(), "a host with the translator");
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path built = module.resolve("target/guest-programs");
        var programs = new GuestPrograms(module.resolve("src/test/guest"), built);
        Path program = programs.linuxProgram(List.of("float-oracle.c", "float-oracle-run.S"));
        try (var qemu = new QemuUser(program, built.resolve("qemu-float.err"));
                var fuzzer =
                        new FloatFuzzer(SEED, (code, frm, inputs, outputs) -> run(qemu, code, frm, inputs, outputs))) {
            do {
                assertEquals("", fuzzer.runBatch());
            } while (fuzzer.operands() < OPERANDS);
            if (OPERANDS > 1) {
                System.out.println(fuzzer.report());
            }
        }
    }

    private static void run(QemuUser qemu, byte[] loop, int frm, byte[] inputs, byte[] outputs) throws IOException {
        byte[] code = loop.clone();
        // In place of the jump to itself at the end.
        ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).putInt(code.length - 4, JUMP_BACK);
        byte[] header = ByteBuffer.allocate(4 * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(code.length)
                .putLong(frm)
                .putLong(inputs.length)
                .putLong(outputs.length)
                .array();
        qemu.send(header, header.length);
        qemu.send(code, code.length);
        qemu.send(inputs, inputs.length);
        qemu.receive(outputs, outputs.length);
    }
}
