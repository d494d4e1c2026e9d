package dev.retrovisor.cli;

import dev.retrovisor.recorder.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of a live machine, in QEMU's words where QEMU has one. */
final class VmOptions {
    static final int DEFAULT_QUANTUM_STEPS = 20_000;

    @Parameters(
            arity = "0..1",
            paramLabel = "GUEST",
            completionCandidates = GuestCommand.Names.class,
            description = "A guest by name, such as debian: kernel, initrd, command line and memory come from it.")
    Optional<String> guest = Optional.empty();

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            completionCandidates = Workloads.class,
            description = "Run one of the guest's workloads (demo, load, pstest) instead of a shell, then power off.")
    Optional<String> workload = Optional.empty();

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            converter = Values.Memory.class,
            description = "RAM: 512 or 512M, 2G. Default: the guest's, or 512M.")
    Optional<Long> memoryBytes = Optional.empty();

    @Option(
            names = "--smp",
            paramLabel = "HARTS",
            defaultValue = "1",
            converter = Values.Harts.class,
            description = "Number of harts, 1 to 8. Default: 1.")
    int harts;

    @Option(
            names = "--cpu",
            paramLabel = "LIST",
            defaultValue = Values.Cpu.DEFAULT,
            converter = Values.Cpu.Converter.class,
            description = "What a hart can: sv39, sv48 or sv57; svade or svadu. Default: " + Values.Cpu.DEFAULT + ".")
    Values.Cpu cpu;

    @Option(names = "--kernel", paramLabel = "FILE", description = "A riscv64 Linux Image, also compressed with gzip.")
    Optional<Path> kernel = Optional.empty();

    @Option(names = "--initrd", paramLabel = "FILE", description = "An initial RAM disk.")
    Optional<Path> initrd = Optional.empty();

    @Option(names = "--append", paramLabel = "TEXT", description = "The kernel command line, instead of the guest's.")
    Optional<String> append = Optional.empty();

    @Option(
            names = "--append-more",
            paramLabel = "TEXT",
            description = "More words for the kernel command line, behind the guest's.")
    List<String> appendMore = new ArrayList<>();

    @Option(
            names = "--bios",
            paramLabel = "FILE",
            description = "Firmware to run in M-mode, such as OpenSBI's fw_dynamic.bin. Default: the built-in SBI.")
    Optional<Path> bios = Optional.empty();

    @Option(
            names = "--drive",
            paramLabel = "DRIVE",
            converter = Values.Drive.Converter.class,
            description = "A disk, may be repeated: PATH, or file=PATH[,readonly=on][,serial=NAME]. A raw image;"
                    + " it is never written: what the guest writes is kept beside it for the run.")
    List<Values.Drive> drives = new ArrayList<>();

    @Option(
            names = {"--nic", "--netdev", "--net"},
            paramLabel = "NET",
            description = "A network card, may be repeated: user[,hostfwd=tcp:127.0.0.1:2222-:22][,restrict=on]..."
                    + " for NAT through this host, or none. Default: none.")
    List<String> networks = new ArrayList<>();

    @Option(
            names = "--serial",
            paramLabel = "WHERE",
            defaultValue = "stdio",
            converter = Values.Serial.Converter.class,
            description = "What the guest's console is: stdio (a terminal, or piped input), null or file:PATH.")
    Values.Serial serial;

    @Option(
            names = "--virtio-console",
            description = "Connect a virtio console, hvc0, instead of the serial port, ttyS0.")
    boolean virtioConsole;

    @Option(
            names = "--quantum",
            paramLabel = "STEPS",
            defaultValue = "" + DEFAULT_QUANTUM_STEPS,
            converter = Values.Steps.class,
            description = "Steps that a hart runs before the next one's turn. Default: " + DEFAULT_QUANTUM_STEPS + ".")
    long quantumSteps;

    @Option(
            names = "--max-steps",
            paramLabel = "STEPS",
            converter = Values.Steps.class,
            description = "End the run after so many steps: 250M.")
    Optional<Long> maxSteps = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Values.WallTime.class,
            description = "End the run after so much time: 30s, 5m, 1h.")
    Optional<Duration> timeout = Optional.empty();

    @Option(names = "--no-reboot", description = "End the run when the guest restarts.")
    boolean noReboot;

    @Option(
            names = "--pacing",
            paramLabel = "HOW",
            defaultValue = "auto",
            description = "Idle time of the guest: paced (as on the wall clock), fast (skipped), or auto (the default:"
                    + " paced while something can come in). One of: ${COMPLETION-CANDIDATES}.")
    RunOptions.Pacing pacing;

    @Mixin
    EventOptions events = new EventOptions();

    @Mixin
    LiveInspectOptions inspections = new LiveInspectOptions();

    @Mixin
    EngineOptions engine = new EngineOptions();

    @Option(
            names = {"-q", "--quiet"},
            description = "Show nothing but the guest's console and errors.")
    boolean quiet;

    static final class Workloads extends Words {
        Workloads() {
            super(dev.retrovisor.guests.Guests.workloads().toArray(String[]::new));
        }
    }
}
