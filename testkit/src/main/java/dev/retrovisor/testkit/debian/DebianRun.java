package dev.retrovisor.testkit.debian;

import dev.retrovisor.guests.Guest;
import dev.retrovisor.guests.GuestException;
import dev.retrovisor.guests.Guests;
import dev.retrovisor.guests.Progress;
import dev.retrovisor.guests.PullOptions;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.MemoryConsole;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.recorder.net.UserNetworkConfig;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.BootFiles;
import dev.retrovisor.traces.disk.ImageContent;
import dev.retrovisor.traces.disk.ImageHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Records the real Debian guest, and replays it. The guest is fetched into the cache of whoever runs the tests. */
public final class DebianRun {
    private static final long MEMORY_BYTES = 512L << 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final long MAX_IMAGE_BYTES = 1L << 30;
    private static final String MAC = "52:54:00:12:34:56";

    private final RunResult result;
    private final String console;

    private DebianRun(RunResult result, String console) {
        this.result = result;
        this.console = console;
    }

    /** The guest of the cache, fetched if it is not there. */
    public static Guest guest() {
        Guests guests = Guests.ofThisMachine(ImageHashes.inUserCache()::sha256);
        try {
            return guests.resolve("debian");
        } catch (GuestException notThere) {
            return guests.pull("debian", PullOptions.defaults(), Progress.NONE);
        }
    }

    /** A workload from power-on to power-off; recorded if there is a folder to record to. */
    public static DebianRun workload(String name, int harts, PagingMode paging, Optional<Path> trace) {
        return workload(name, harts, paging, EngineChoice.TRANSLATOR, trace);
    }

    /** The same, on an engine of one's choice. */
    public static DebianRun workload(
            String name, int harts, PagingMode paging, EngineChoice engine, Optional<Path> trace) {
        Guest guest = guest();
        var images = bootFiles(guest.kernel(), guest.initrd());
        return run(
                images,
                harts,
                paging,
                engine,
                guest.appendForWorkload(name),
                List.of(),
                false,
                "",
                TIMEOUT,
                trace,
                MachineObserver.NONE);
    }

    /** A workload that is looked at while it is recorded. */
    public static DebianRun watched(String name, int harts, PagingMode paging, Path trace, MachineObserver observer) {
        Guest guest = guest();
        return run(
                bootFiles(guest.kernel(), guest.initrd()),
                harts,
                paging,
                EngineChoice.TRANSLATOR,
                guest.appendForWorkload(name),
                List.of(),
                false,
                "",
                TIMEOUT,
                Optional.of(trace),
                observer);
    }

    /** Another guest, from power-on until it switches itself off; recorded if there is a folder to record to. */
    public static DebianRun of(
            Path kernel,
            Path initrd,
            String append,
            int harts,
            PagingMode paging,
            Duration timeout,
            Optional<Path> trace) {
        var images = bootFiles(kernel, initrd);
        return run(
                images,
                harts,
                paging,
                EngineChoice.TRANSLATOR,
                append,
                List.of(),
                false,
                "",
                timeout,
                trace,
                MachineObserver.NONE);
    }

    /** The shell, fed with lines, on a machine with nothing else. */
    public static DebianRun typing(String lines, int harts, Path trace) {
        Guest guest = guest();
        return run(
                bootFiles(guest.kernel(), guest.initrd()),
                harts,
                PagingMode.SV39,
                EngineChoice.TRANSLATOR,
                guest.append(),
                List.of(),
                false,
                lines,
                TIMEOUT,
                Optional.of(trace),
                MachineObserver.NONE);
    }

    /** The shell, fed with lines, on a machine with a disk and a network. */
    public static DebianRun shell(String lines, Path disk, Path trace) {
        Guest guest = guest();
        String append = guest.append() + " retrovisor.net=dhcp";
        var images = bootFiles(guest.kernel(), guest.initrd());
        return run(
                images,
                1,
                PagingMode.SV39,
                EngineChoice.TRANSLATOR,
                append,
                List.of(disk),
                true,
                lines,
                TIMEOUT,
                Optional.of(trace),
                MachineObserver.NONE);
    }

    private static DebianRun run(
            BootFiles images,
            int harts,
            PagingMode paging,
            EngineChoice engine,
            String append,
            List<Path> disks,
            boolean network,
            String input,
            Duration timeout,
            Optional<Path> trace,
            MachineObserver observer) {
        List<MachineConfig.Drive> drives = disks.stream()
                .map(disk -> new MachineConfig.Drive(size(disk), false, "disk"))
                .toList();
        var config = new MachineConfig(
                MEMORY_BYTES,
                harts,
                20_000,
                paging,
                true,
                append,
                drives,
                network ? List.of(new MachineConfig.Nic(MAC)) : List.of(),
                false,
                50_000,
                new byte[32]);
        var networks = network ? List.of(UserNetworkConfig.standard()) : List.<UserNetworkConfig>of();
        RunOptions unrecorded =
                RunOptions.unrecorded("retrovisor testkit").withTimeout(timeout).withEngine(engine);
        RunOptions options = trace.map(unrecorded::recordedTo).orElse(unrecorded);
        var console = MemoryConsole.of(input);
        var setup = new VmSetup("debian", config, images, disks, networks, 0);
        RunResult result = new LiveMachine(setup, options, console, _ -> {}, observer).run();
        return new DebianRun(result, new String(console.output(), StandardCharsets.UTF_8).replace("\r", ""));
    }

    private static BootFiles bootFiles(Path kernel, Path initrd) {
        ImageHashes hashes = ImageHashes.inUserCache();
        try {
            return new BootFiles(
                    ImageContent.none(), hashes.read(kernel, MAX_IMAGE_BYTES), hashes.read(initrd, MAX_IMAGE_BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replays a trace to its end. */
    public static ReplayResult replay(Path trace) {
        return replay(trace, EngineChoice.TRANSLATOR);
    }

    /** The same, on an engine of one's choice. */
    public static ReplayResult replay(Path trace, EngineChoice engine) {
        try (var replay = Replay.open(trace, ReplayOptions.standard().withEngine(engine))) {
            return replay.run(ReplayTarget.END, ReplayListener.SILENT);
        }
    }

    public RunResult result() {
        return result;
    }

    /** What the guest said, without carriage returns. */
    public String console() {
        return console;
    }
}
