package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.time.Alarms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a guest on a bare machine, with nothing recorded and no host around it, and prints what each workload used: the
 * speed of the engine alone. Started as a process of its own by {@link SideBySide}.
 */
final class GuestRun {
    private static final long CHUNK_STEPS = 2_000_000;

    private GuestRun() {}

    /** Arguments: kernel, initrd, command line, MiB of memory. */
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
        var markers = new Markers(() -> new Markers.Reading(System.nanoTime(), cpuNanos(), machines[0].steps()));
        try (var machine = new Machine(
                config,
                images,
                List.of(),
                event -> {
                    if (event instanceof DeviceEvent.ConsoleOutput output) {
                        markers.accept(output.bytes(), output.bytes().length);
                    }
                },
                EngineChoice.TRANSLATOR)) {
            machines[0] = machine;
            machine.apply(new InputEvent.EntropySeed(0, 0, new byte[32]));
            StopReason reason = StopReason.STEP_LIMIT;
            while (reason == StopReason.STEP_LIMIT) {
                reason = machine.runTo(machine.steps() + CHUNK_STEPS, Alarms.NEVER);
            }
            markers.used()
                    .forEach((name, used) ->
                            System.out.printf("%s %d %d %d%n", name, used.wallNanos(), used.cpuNanos(), used.steps()));
            System.out.printf("total %d %d %d%n", 0, cpuNanos(), machine.steps());
        }
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
