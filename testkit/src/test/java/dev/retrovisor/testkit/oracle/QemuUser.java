package dev.retrovisor.testkit.oracle;

import dev.retrovisor.testkit.GuestPrograms;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** QEMU's user mode with exactly our extensions, running {@code instruction-oracle.c}. */
final class QemuUser implements AutoCloseable {
    /** From nothing upwards, so that what later versions switch on by default stays off. */
    private static final String CPU = "rv64i,m=on,a=on,f=on,d=on,c=on,zicsr=on,zifencei=on,zicntr=on,zihpm=on,zba=on,"
            + "zbb=on,zbc=on,zbs=on,zicond=on,zicbom=on,zicboz=on,zawrs=on";

    private static final String REMEDY =
            "the differential test needs qemu-riscv64 9.0 or later: run testkit/install-tools.sh";

    private final Process process;
    private final Path errors;

    /** Starts it. */
    QemuUser(GuestPrograms programs, Path errors) throws IOException {
        this.errors = errors;
        Path program = programs.linuxProgram(
                List.of("instruction-oracle.c", "instruction-oracle-enter.S"),
                "-nostdlib",
                "-ffreestanding",
                "-fno-stack-protector",
                "-mno-relax",
                "-Wl,-Ttext-segment=0x80f80000");
        try {
            process = new ProcessBuilder("qemu-riscv64", "-cpu", CPU, program.toString())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(REMEDY, e);
        }
    }

    /** Hands over a batch; {@link #receive} must follow. */
    void send(CaseBatch cases) throws IOException {
        OutputStream input = process.getOutputStream();
        try {
            input.write(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(cases.count())
                    .array());
            input.write(cases.array(), 0, cases.lengthBytes());
            input.flush();
        } catch (IOException e) {
            throw died(e);
        }
    }

    /** Waits for what became of the batch. */
    void receive(CaseBatch results, int count) throws IOException {
        results.setCount(count);
        try {
            new DataInputStream(process.getInputStream()).readFully(results.array(), 0, results.lengthBytes());
        } catch (IOException e) {
            throw died(e);
        }
    }

    private IllegalStateException died(IOException cause) throws IOException {
        String said = Files.readString(errors, StandardCharsets.UTF_8).strip();
        return new IllegalStateException(
                "qemu-riscv64 -cpu %s ended, saying '%s' (the program ends itself when a batch takes a minute); %s"
                        .formatted(CPU, said, REMEDY),
                cause);
    }

    @Override
    public void close() throws IOException {
        try {
            process.getOutputStream().close();
        } finally {
            process.destroy();
        }
    }
}
