package dev.retrovisor.cli;

import dev.retrovisor.cli.gdb.GdbError;
import dev.retrovisor.cli.gdb.GdbServer;
import dev.retrovisor.cli.gdb.GuestKernel;
import dev.retrovisor.guests.Progress;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFactsCache;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.replayer.timeline.Stop;
import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.TimelineOptions;
import dev.retrovisor.replayer.timeline.Watcher;
import dev.retrovisor.traces.Position;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves a recording, or a machine that runs live, to gdb. */
@Command(
        name = "gdbserver",
        description = {
            "Debug a recording with gdb, forwards and backwards: the machine with its kernel, or one process of it.",
            "gdb needs no file: the kernel's symbols come out of its memory, a program and its libraries out of the",
            "guest's page cache. Prints the line that starts gdb, where 'monitor help' lists what more there is."
        },
        customSynopsis = {
            "retrovisor gdbserver TRACE [--process PID] [--at POSITION] [OPTIONS]",
            "       retrovisor gdbserver --live GUEST [--record TRACE] [OPTIONS, and those of 'run']"
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor gdbserver debian.trace",
            "  retrovisor gdbserver debian.trace --process 127",
            "  gdb-multiarch -ex 'target remote | retrovisor gdbserver debian.trace --stdio'",
            "  retrovisor gdbserver --live debian --record debian.trace"
        })
final class GdbserverCommand implements Callable<Integer> {
    /** Folder in a trace for what was once found in its guest, which can be found again. */
    private static final String CACHE = "introspect";

    /** Options that a recording takes, too; all others of {@link VmOptions} are of machines that run live. */
    private static final Set<String> COMMON = Set.of("--engine", "--stats", "--quiet", "--help", "--debug");

    private final Context context;
    private final Screen screen;

    @Option(names = "--live", description = "Run GUEST live, instead of a recording; it stands until gdb comes.")
    private boolean live;

    @Option(
            names = "--process",
            paramLabel = "PID",
            converter = Values.Pid.class,
            description = "Show gdb only this process, by its number in the initial namespace.")
    private Optional<Integer> process = Optional.empty();

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description = "Where to begin: a step (250M), end, 50%%, boot+2.5s of virtual time, or event:N."
                    + " Default: end; with --process, where its last program begins.")
    private Optional<String> at = Optional.empty();

    @Option(names = "--record", paramLabel = "TRACE", description = "With --live: record the run, too.")
    private Optional<Path> record = Optional.empty();

    @Mixin
    private GdbDoor.Choice door;

    @Mixin
    private KernelSymbolFile.Choice symbols;

    @Option(
            names = "--disk-base",
            paramLabel = "FILE",
            description = "Where a disk's base image is now, if it has moved. May be repeated; the content counts.")
    private List<Path> diskBases = new ArrayList<>();

    @Mixin
    private VmOptions vm;

    @Spec
    private CommandSpec spec;

    GdbserverCommand(Context context) {
        this.context = context;
        screen = context.screen();
    }

    @Override
    public Integer call() {
        if (live) {
            requireSense();
            return new GdbLive(context, vm, door, record).run();
        }
        requireNoLiveOptions();
        Path trace = Path.of(vm.guest.orElseThrow(
                () -> new UserMistake("which trace? Write retrovisor gdbserver TRACE, or --live GUEST")));
        InputFiles.requireTrace(trace);
        diskBases.forEach(file -> InputFiles.requireFile(file, "--disk-base"));
        Optional<ReplayTarget> target = at.map(ReplayTarget::parse);
        ReplayOptions options =
                ReplayOptions.standard().withDiskBases(diskBases).withEngine(vm.engine.engine);
        try (GdbDoor opened = GdbDoor.open(door);
                Timeline timeline = Timeline.open(trace, options, TimelineOptions.standard())) {
            EngineOptions.tell(screen, timeline.machine().engineNotice());
            return serve(trace, timeline, target, opened);
        }
    }

    private void requireSense() {
        if (process.isPresent() || at.isPresent() || !diskBases.isEmpty()) {
            String option = process.isPresent() ? "--process" : at.isPresent() ? "--at" : "--disk-base";
            throw new UserMistake("%s is for recordings: record the run, and debug that".formatted(option));
        }
    }

    private void requireNoLiveOptions() {
        if (record.isPresent()) {
            throw new UserMistake("--record is for --live");
        }
        Set<OptionSpec> ofMachines = new HashSet<>(
                spec.mixins().get("vm") == null
                        ? List.of()
                        : spec.mixins().get("vm").options());
        for (OptionSpec given : spec.commandLine().getParseResult().matchedOptions()) {
            if (ofMachines.contains(given) && !COMMON.contains(given.longestName())) {
                throw new UserMistake("%s is for --live: a recording is as it was made".formatted(given.longestName()));
            }
        }
    }

    private int serve(Path trace, Timeline timeline, Optional<ReplayTarget> target, GdbDoor opened) {
        var guest = new GuestKernel(timeline::machine, view -> facts(trace, view));
        var looks = new GdbLooks(
                "recording   %s%n".formatted(GuestText.printable(trace.toString())),
                () -> timeline.trace().bootImages(ImageHashes.inUserCache()).kernel());
        var isCancelled = new AtomicBoolean();
        var serving = new AtomicReference<GdbServer>();
        try (var _ = HostSignals.whileOpen(_ -> {
            isCancelled.set(true);
            GdbServer server = serving.get();
            if (server != null) {
                server.stop();
            }
        })) {
            Stop there = withBar(isCancelled, watcher -> timeline.seek(target.orElse(ReplayTarget.END), watcher));
            if (there.cause() == Stop.Cause.CANCELLED) {
                return ExitCode.INTERRUPTED;
            }
            GdbServer server = server(timeline, target.isEmpty(), guest, looks, isCancelled);
            serving.set(server);
            if (isCancelled.get()) {
                return ExitCode.INTERRUPTED;
            }
            log("stands at " + Positions.words(timeline.position()));
            opened.announce(screen);
            opened.serve(server);
        } catch (GdbError e) {
            throw new UserMistake("%s: %s".formatted(trace, e.getMessage()));
        }
        return ExitCode.GOOD;
    }

    private GdbServer server(
            Timeline timeline, boolean toBeginning, GuestKernel guest, GdbLooks looks, AtomicBoolean isCancelled) {
        if (process.isEmpty()) {
            return GdbServer.of(timeline, guest, looks, this::log);
        }
        return withBar(
                isCancelled,
                watcher -> GdbServer.ofProcess(timeline, process.get(), toBeginning, guest, looks, watcher, this::log));
    }

    /** Something that takes a while. */
    private interface Going<T> {
        T go(Watcher watcher);
    }

    private <T> T withBar(AtomicBoolean isCancelled, Going<T> going) {
        Progress progress = vm.quiet ? Progress.NONE : new ProgressBar(screen, steps -> Text.count(steps, "step"));
        var watcher = new Watcher() {
            private long reached = -1;

            @Override
            public void progress(Position now, Position from, Position to) {
                if (reached < 0) {
                    reached = 0;
                    progress.started("replaying", Math.abs(to.step() - from.step()));
                }
                long done = Math.abs(now.step() - from.step());
                progress.advanced(Math.max(0, done - reached));
                reached = Math.max(reached, done);
            }

            @Override
            public boolean isCancelled() {
                return isCancelled.get();
            }
        };
        try {
            return going.go(watcher);
        } finally {
            progress.finished();
        }
    }

    private KernelFacts facts(Path trace, MachineView machine) {
        var cache = new KernelFactsCache(trace.resolve(CACHE), this::log);
        return symbols.completed(cache.find(machine));
    }

    private void log(String line) {
        if (!vm.quiet) {
            screen.err().println(GuestText.printable(line));
        }
    }
}
