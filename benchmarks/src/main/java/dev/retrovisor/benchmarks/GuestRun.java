package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.time.Alarms;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a guest on a bare machine, with nothing recorded and no host around it: the speed of the engine alone. Prints
 * the guest's console, the {@link Markers} with the machine's steps behind them. A process of its own, started by
 * {@link Benchmarks}, or by hand under a profiler with the command that {@code benchmarks/run --prepare} prints.
 */
final class GuestRun {
    private static final long CHUNK_STEPS = 2_000_000;

    private GuestRun() {}

    /** What the launcher has made for a quick start: its class path, and the JVM's cache. */
    private static final Path QUICK_CLASS_PATH = Path.of("target/launcher/classpath");

    private static final Path QUICK_CACHE = Path.of("target/launcher/retrovisor.aot");

    /** The command that starts this class as the launcher starts Retrovisor, in the project's folder. */
    static List<String> command(BenchGuest.Boot boot, EngineChoice engine) {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("@.mvn/jvm-flags");
        String more = System.getenv().getOrDefault("RETROVISOR_JAVA_OPTS", "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+")));
        }
        String classPath = System.getProperty("java.class.path");
        if (Files.exists(QUICK_CACHE)) {
            command.addAll(List.of("-Xlog:aot*=off", "-XX:AOTCache=" + QUICK_CACHE));
            classPath = quickClassPath() + File.pathSeparator + classPath;
        }
        command.addAll(List.of("-cp", classPath, GuestRun.class.getName()));
        command.addAll(List.of(boot.kernel().toString(), boot.initrd().toString(), boot.append()));
        command.addAll(List.of(Integer.toString(BenchGuest.MEMORY_MIB), engine.name()));
        return command;
    }

    private static String quickClassPath() {
        try {
            return Files.readString(QUICK_CLASS_PATH).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Arguments: kernel, initrd, command line, MiB of memory, {@link EngineChoice}. */
    public static void main(String[] arguments) throws IOException {
        var images = new BootImages(
                new byte[0], Files.readAllBytes(Path.of(arguments[0])), Files.readAllBytes(Path.of(arguments[1])));
        long memoryBytes = Long.parseLong(arguments[3]) << 20;
        var config = new MachineConfig(
                memoryBytes,
                1,
                20_000,
                PagingMode.SV57,
                true,
                arguments[2],
                List.of(),
                List.of(),
                false,
                0,
                new byte[32]);
        var machines = new Machine[1];
        var line = new ByteArrayOutputStream();
        DeviceEventSink console = event -> {
            if (event instanceof DeviceEvent.ConsoleOutput output) {
                for (byte b : output.bytes()) {
                    if (b == '\n') {
                        print(line.toString(StandardCharsets.ISO_8859_1).strip(), machines[0].steps());
                        line.reset();
                    } else {
                        line.write(b);
                    }
                }
            }
        };
        EngineChoice engine = EngineChoice.valueOf(arguments[4]);
        try (var machine = Machine.of(config, images, List.of(), console, engine)) {
            machines[0] = machine;
            if (!machine.engineNotice().isEmpty()) {
                throw new IllegalStateException("the figures would be another engine's than the %s's: %s"
                        .formatted(engine, machine.engineNotice()));
            }
            machine.apply(new InputEvent.EntropySeed(0, 0, new byte[32]));
            StopReason reason = StopReason.STEP_LIMIT;
            while (reason == StopReason.STEP_LIMIT) {
                reason = machine.runTo(machine.steps() + CHUNK_STEPS, Alarms.NEVER);
            }
        }
    }

    private static void print(String line, long steps) {
        System.out.println(line.startsWith(Markers.PREFIX) ? line + " " + steps : line);
    }
}
