package dev.retrovisor.benchmarks;

import dev.retrovisor.guests.CpioWriter;
import dev.retrovisor.guests.Guest;
import dev.retrovisor.guests.Guests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the workloads of {@code bench.c} in the same Debian guest on Retrovisor's engine and on QEMU, in turn, and prints
 * medians: host CPU seconds of the whole process between a workload's markers, and millions of guest instructions a CPU
 * second. Both execute the same programs, so Retrovisor's step count serves for both.
 *
 * <p>Usage: {@code benchmarks/run [--runs N] [WORKLOAD...]}.
 */
public final class SideBySide {
    private static final String MEMORY_MIB = "512";

    private final Path kernel;
    private final Path initrd;
    private final String append;

    private SideBySide(Path kernel, Path initrd, String append) {
        this.kernel = kernel;
        this.initrd = initrd;
        this.append = append;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var names = new ArrayList<>(List.of(arguments));
        int runs = 3;
        int option = names.indexOf("--runs");
        if (option >= 0) {
            runs = Integer.parseInt(names.get(option + 1));
            names.subList(option, option + 2).clear();
        }
        Path folder = Files.createTempDirectory("retrovisor-bench");
        try {
            prepare(folder, names).compare(runs);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    /** Compiles the workloads and adds them to the guest. */
    private static SideBySide prepare(Path folder, List<String> names) throws IOException, InterruptedException {
        Guest guest = Guests.ofThisMachine().resolve("debian");
        Path program = folder.resolve("bench");
        Path source = Path.of("benchmarks/src/main/guest/bench.c");
        var compiler = new ProcessBuilder(
                        "riscv64-linux-gnu-gcc", "-static", "-O2", "-o", program.toString(), source.toString(), "-lm")
                .inheritIO()
                .start();
        if (compiler.waitFor() != 0) {
            throw new IOException("cannot compile " + source + ": run testkit/install-tools.sh");
        }
        String script = "#!/bin/sh\nexec /bench " + (names.isEmpty() ? "all" : String.join(" ", names)) + "\n";
        byte[] added = new CpioWriter()
                .file("bench", 0755, Files.readAllBytes(program))
                .folder("workloads", 0755)
                .file("workloads/bench", 0755, script.getBytes(StandardCharsets.UTF_8))
                .toBytes();
        var initrd = new ByteArrayOutputStream();
        initrd.write(Files.readAllBytes(guest.initrd()));
        initrd.write(added);
        Path file = folder.resolve("initrd");
        Files.write(file, initrd.toByteArray());
        return new SideBySide(guest.kernel(), file, guest.appendForWorkload("bench"));
    }

    private void compare(int runs) throws IOException, InterruptedException {
        Map<String, List<Markers.Reading>> ours = new LinkedHashMap<>();
        Map<String, List<Markers.Reading>> theirs = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            runOurs()
                    .forEach((name, used) ->
                            ours.computeIfAbsent(name, _ -> new ArrayList<>()).add(used));
            runQemu()
                    .forEach((name, used) ->
                            theirs.computeIfAbsent(name, _ -> new ArrayList<>()).add(used));
        }
        System.out.printf(
                "Debian guest, 1 hart, %s MiB; median of %d runs; CPU seconds of the whole process%n",
                MEMORY_MIB, runs);
        System.out.printf(
                "%-10s %12s %14s %10s %10s %10s %12s%n",
                "workload", "M steps", "Retrovisor s", "MIPS", "QEMU s", "MIPS", "speed ratio");
        double product = 1;
        for (String name : theirs.keySet()) {
            double steps = median(
                    ours.get(name).stream().mapToDouble(Markers.Reading::steps).toArray());
            double own = median(ours.get(name).stream()
                            .mapToDouble(Markers.Reading::cpuNanos)
                            .toArray())
                    / 1e9;
            double other = median(theirs.get(name).stream()
                            .mapToDouble(Markers.Reading::cpuNanos)
                            .toArray())
                    / 1e9;
            product *= other / own;
            System.out.printf(
                    "%-10s %12.1f %14.2f %10.0f %10.2f %10.0f %12.2f%n",
                    name, steps / 1e6, own, steps / own / 1e6, other, steps / other / 1e6, other / own);
        }
        System.out.printf("geometric mean of the speed ratios: %.3f%n", Math.pow(product, 1.0 / theirs.size()));
    }

    private static double median(double[] readings) {
        Arrays.sort(readings);
        int middle = readings.length / 2;
        return readings.length % 2 == 1 ? readings[middle] : (readings[middle - 1] + readings[middle]) / 2;
    }

    /** Our engine, in a JVM of its own with this one's flags. */
    private Map<String, Markers.Reading> runOurs() throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), GuestRun.class.getName()));
        command.addAll(List.of(kernel.toString(), initrd.toString(), append, MEMORY_MIB));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var used = new LinkedHashMap<String, Markers.Reading>();
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                used.put(
                        words[0],
                        new Markers.Reading(
                                Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3])));
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("our run ended with exit code " + process.exitValue());
        }
        return used;
    }

    private Map<String, Markers.Reading> runQemu() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "qemu-system-riscv64",
                        "-M",
                        "virt",
                        "-cpu",
                        "rv64",
                        "-m",
                        MEMORY_MIB,
                        "-nographic",
                        "-no-reboot",
                        "-kernel",
                        kernel.toString(),
                        "-initrd",
                        initrd.toString(),
                        "-append",
                        append)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var markers = new Markers(() -> new Markers.Reading(
                System.nanoTime(),
                process.info().totalCpuDuration().orElseThrow().toNanos(),
                0));
        try (InputStream console = process.getInputStream()) {
            var bytes = new byte[4096];
            for (int length = console.read(bytes); length >= 0; length = console.read(bytes)) {
                markers.accept(bytes, length);
            }
        }
        process.waitFor();
        return markers.used();
    }
}
