package dev.retrovisor.testkit.oracle;

import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.testkit.GuestPrograms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs batches on both implementations, ours while QEMU runs its own, and words the differences. */
final class Comparison implements AutoCloseable {
    private static final int SHOWN = 5;

    private final QemuUser qemu;
    private final OurHart ours;
    private final CaseBatch qemuResults = new CaseBatch();
    private final CaseBatch ourResults = new CaseBatch();

    Comparison() throws IOException {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path built = module.resolve("target/guest-programs");
        var programs = new GuestPrograms(module.resolve("src/test/guest"), built);
        ours = new OurHart(programs);
        Path program = programs.linuxProgram(
                List.of("instruction-oracle.c", "instruction-oracle-enter.S"),
                "-nostdlib",
                "-ffreestanding",
                "-fno-stack-protector",
                "-mno-relax",
                "-Wl,-Ttext-segment=0x80f80000");
        qemu = new QemuUser(program, built.resolve("qemu-riscv64.err"));
    }

    /** Runs all cases and returns what differs, a few cases in words. */
    List<String> differences(CaseBatch cases) throws IOException {
        qemu.send(
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(cases.count())
                        .array(),
                Integer.BYTES);
        qemu.send(cases.array(), cases.lengthBytes());
        ours.run(cases, ourResults);
        qemuResults.setCount(cases.count());
        qemu.receive(qemuResults.array(), qemuResults.lengthBytes());
        var differences = new ArrayList<String>();
        int more = 0;
        for (int i = 0; i < cases.count(); i++) {
            if (!ourResults.isSame(qemuResults, i)) {
                if (differences.size() < SHOWN) {
                    differences.add(describe(cases, i));
                } else {
                    more++;
                }
            }
        }
        if (more > 0) {
            differences.add("and %d more of %d cases".formatted(more, cases.count()));
        }
        return differences;
    }

    private String describe(CaseBatch cases, int index) {
        int bits = cases.instruction(index);
        Insns.Row row = Insns.find(bits);
        var text = new StringBuilder(
                "%08x at %x, %s".formatted(bits, cases.address(index), row == null ? "illegal" : row.asm()));
        text.append(": fcsr %x".formatted(cases.fcsr(index)));
        for (int register : new int[] {bits >>> 15 & 31, bits >>> 20 & 31, bits >>> 27, bits >>> 7 & 31}) {
            text.append(", x%d %x, f%d %x"
                    .formatted(register, cases.x(index, register), register, cases.f(index, register)));
        }
        text.append("; ours/QEMU:");
        for (int i = 0; i < 32; i++) {
            append(text, i == 0 ? "pc" : "x" + i, ourResults.x(index, i), qemuResults.x(index, i));
        }
        for (int i = 0; i < 32; i++) {
            append(text, "f" + i, ourResults.f(index, i), qemuResults.f(index, i));
        }
        append(text, "fcsr", ourResults.fcsr(index), qemuResults.fcsr(index));
        append(text, "signal", ourResults.signal(index), qemuResults.signal(index));
        for (int i = 0; i < CaseBatch.WINDOW_BYTES / 8; i++) {
            append(text, "memory " + i * 8, ourResults.memory(index, i), qemuResults.memory(index, i));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String name, long ours, long qemus) {
        if (ours != qemus) {
            text.append(" %s %x/%x".formatted(name, ours, qemus));
        }
    }

    @Override
    public void close() throws IOException {
        ours.close();
        qemu.close();
    }
}
