package dev.retrovisor.benchmarks;

import dev.retrovisor.guests.CpioWriter;
import dev.retrovisor.guests.Guest;
import dev.retrovisor.guests.GuestException;
import dev.retrovisor.guests.Guests;
import dev.retrovisor.traces.disk.ImageHashes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Debian guest with the workloads added, compiled from {@code src/main/guest}. The working folder must be the
 * project's.
 */
final class BenchGuest {
    static final int MEMORY_MIB = 512;

    private static final Path SOURCES = Path.of("benchmarks/src/main/guest");

    /** The guest's end follows a panic at once: a kernel that waits for someone to read it would never end. */
    private static final String APPENDED = " panic=-1";

    /** Sleeps while the host measures it. */
    private static final String FIRST_INIT = """
            #!/bin/sh
            echo "@@ boot end init"
            /bin/busybox sleep 1
            exec /bin/busybox poweroff -f
            """;

    private static final String WORKLOAD = """
            #!/bin/sh
            names=all
            for word in $(cat /proc/cmdline); do
                case "$word" in bench.run=*) names="${word#bench.run=}" ;; esac
            done
            IFS=,
            exec /bench $names
            """;

    private final Guest guest;
    private final Path bootInitrd;
    private final Path suiteInitrd;

    private BenchGuest(Guest guest, Path bootInitrd, Path suiteInitrd) {
        this.guest = guest;
        this.bootInitrd = bootInitrd;
        this.suiteInitrd = suiteInitrd;
    }

    /** What to start a machine with. */
    record Boot(Path kernel, Path initrd, String append) {}

    /**
     * Compiles the workloads and adds them to the cached guest.
     *
     * @param folder takes the files
     * @param withPython whether to add Python too; where it cannot be fetched, a line says so and its workload
     *     is missing
     */
    static BenchGuest prepare(Path folder, boolean withPython) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Guests guests = Guests.ofThisMachine(ImageHashes.inUserCache()::sha256);
        Guest guest = guests.resolve("debian");
        var added = new CpioWriter()
                .file("bench", 0755, compile(folder))
                .file("bench.py", 0644, Files.readAllBytes(SOURCES.resolve("bench.py")))
                .folder("workloads", 0755)
                .file("workloads/bench", 0755, WORKLOAD.getBytes(StandardCharsets.UTF_8));
        byte[] base = Files.readAllBytes(guest.initrd());
        byte[] python = withPython ? python(guests.cacheFolder().resolve("benchmarks")) : new byte[0];
        byte[] first = new CpioWriter()
                .file("first-init", 0755, FIRST_INIT.getBytes(StandardCharsets.UTF_8))
                .toBytes();
        return new BenchGuest(
                guest,
                write(folder.resolve("boot.cpio"), base, first),
                write(folder.resolve("suite.cpio"), base, python, added.toBytes()));
    }

    private static byte[] compile(Path folder) throws IOException, InterruptedException {
        Path program = folder.resolve("bench");
        var command = new ArrayList<>(List.of("riscv64-linux-gnu-gcc", "-static", "-O2", "-Wall", "-Wextra"));
        command.addAll(List.of("-o", program.toString()));
        try (var sources = Files.newDirectoryStream(SOURCES, "*.c")) {
            sources.forEach(source -> command.add(source.toString()));
        }
        command.add("-lm");
        int exitCode = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exitCode != 0) {
            throw new IOException("cannot compile %s: run testkit/install-tools.sh".formatted(SOURCES));
        }
        return Files.readAllBytes(program);
    }

    private static byte[] python(Path cacheFolder) throws IOException {
        try {
            return Files.readAllBytes(PythonFiles.cpio(cacheFolder));
        } catch (GuestException e) {
            System.err.println("no Python for the guest, its workload is left out: " + e.getMessage());
            return new byte[0];
        }
    }

    private static Path write(Path file, byte[]... archives) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (byte[] archive : archives) {
            bytes.write(archive);
        }
        return Files.write(file, bytes.toByteArray());
    }

    /** The plain guest up to its first program, which says so and switches off. */
    Boot toInit() {
        return new Boot(guest.kernel(), bootInitrd, guest.append() + APPENDED + " rdinit=/first-init");
    }

    /** @param names of workloads and groups; none for all */
    Boot workloads(List<String> names) {
        String wanted = names.isEmpty() ? "" : " bench.run=" + String.join(",", names);
        return new Boot(guest.kernel(), suiteInitrd, guest.appendForWorkload("bench") + APPENDED + wanted);
    }
}
