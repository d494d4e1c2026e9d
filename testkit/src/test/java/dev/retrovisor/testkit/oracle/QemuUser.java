package dev.retrovisor.testkit.oracle;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** QEMU's user mode with exactly our extensions, running one of our programs, which answers on standard output. */
final class QemuUser implements AutoCloseable {
    /** From nothing upwards, so that what later versions switch on by default stays off. */
    private static final String CPU = "rv64i,m=on,a=on,f=on,d=on,c=on,zicsr=on,zifencei=on,zicntr=on,zihpm=on,zba=on,"
            + "zbb=on,zbc=on,zbs=on,zicond=on,zicbom=on,zicboz=on,zawrs=on";

    private static final String REMEDY =
            "the differential test needs qemu-riscv64 9.0 or later: run testkit/install-tools.sh";

    private final Process process;
    private final Path errors;

    /** Starts a program for riscv64 Linux. */
    QemuUser(Path program, Path errors) throws IOException {
        this.errors = errors;
        try {
            process = new ProcessBuilder("qemu-riscv64", "-cpu", CPU, program.toString())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(REMEDY, e);
        }
    }

    /** Hands over some bytes; {@link #receive} must follow before there are too many for the pipe. */
    void send(byte[] bytes, int lengthBytes) throws IOException {
        try {
            process.getOutputStream().write(bytes, 0, lengthBytes);
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw died(e);
        }
    }

    /** Waits for some bytes. */
    void receive(byte[] bytes, int lengthBytes) throws IOException {
        try {
            new DataInputStream(process.getInputStream()).readFully(bytes, 0, lengthBytes);
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
