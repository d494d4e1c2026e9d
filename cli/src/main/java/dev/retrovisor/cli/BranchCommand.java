package dev.retrovisor.cli;

import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.recorder.HostConsole;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.VmSetup;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Leaves a recording and runs on live. */
@Command(
        name = "branch",
        description = {
            "Leave a recording at a position and run on live from there.",
            "The machine goes on with fresh entropy and the time of day, your keys and, where it has cards, a network.",
            "What comes of it is recorded as a trace that holds only what differs, and names the one it comes from."
        },
        customSynopsis = "retrovisor branch TRACE@POSITION [OPTIONS]",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor branch debian.trace@boot+2.5s            type at the shell as it was then",
            "  retrovisor branch debian.trace@60%% --input-file commands.txt -o what-if.trace",
            "  retrovisor branch debian.trace@250M --set 0.a0=1 --set 'mem:0x80200000=de ad be ef'",
            "  retrovisor branch debian.trace@before --drop-input 12 --change-input '13=exit\\n' --same-entropy",
            "",
            "docs/branches.md tells more; 'retrovisor inputs' lists inputs, 'retrovisor tree' a trace's family."
        })
final class BranchCommand implements Callable<Integer> {
    private final Context context;
    private final Screen screen;

    @Parameters(
            paramLabel = "TRACE@POSITION",
            converter = TracePlace.Converter.class,
            description =
                    "Where to leave: a step (12_000_000, 250M), 50%%, boot+2.5s of virtual time, event:N, end, or a"
                            + " checkpoint's name.")
    private TracePlace place;

    @Option(
            names = {"-o", "--output", "--record"},
            paramLabel = "TRACE",
            description = "The trace to make, a folder. Default: a dated name beside TRACE.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--no-record", description = "Record nothing.")
    private boolean noRecord;

    @Option(
            names = "--console",
            description = "Connect the guest's console to this terminal, or to piped input. Default: unless there is an"
                    + " --input-file, or the recording's keys are kept.")
    private boolean console;

    @Option(names = "--no-console", description = "Show the guest's console only; nobody types.")
    private boolean noConsole;

    @Option(
            names = "--input-file",
            paramLabel = "FILE",
            description = "Type the file's bytes at the guest's console, before anything else.")
    private Optional<Path> inputFile = Optional.empty();

    @Option(
            names = "--set",
            paramLabel = "CHANGE",
            converter = MachineChange.Converter.class,
            description =
                    "Change the machine first: mem:ADDRESS=VALUE (physical), va:ADDRESS=VALUE (in the address space"
                            + " that hart 0 is in; a symbol will do) or [HART.]REGISTER=NUMBER. VALUE: hexadecimal bytes (de ad be"
                            + " ef), \"text\" or u8:, u16:, u32:, u64:NUMBER. May be repeated.")
    private List<MachineChange> changes = new ArrayList<>();

    @Option(
            names = "--same-entropy",
            description =
                    "Keep the random generator and the real-time clock as they were: what the guest does by chance"
                            + " stays the same.")
    private boolean sameEntropy;

    @Mixin
    private KeptInputs kept;

    @Option(
            names = "--until",
            paramLabel = "POSITION",
            description = "End the run there: a step, boot+2.5s, or end for where TRACE ends.")
    private Optional<String> until = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Values.WallTime.class,
            description = "End the run after so much time: 30s, 5m, 1h.")
    private Optional<Duration> timeout = Optional.empty();

    @Option(
            names = "--nic",
            paramLabel = "NET",
            description = "What a network card is connected to, in order, as for 'record'; none leaves all without."
                    + " Default: user, for each.")
    private List<String> networks = new ArrayList<>();

    @Option(names = "--no-reboot", description = "End the run when the guest restarts.")
    private boolean noReboot;

    @Option(
            names = "--pacing",
            paramLabel = "HOW",
            defaultValue = "auto",
            description = "Idle time of the guest: paced, fast, or auto, as for 'record'.")
    private RunOptions.Pacing pacing;

    @Mixin
    private EventOptions events = new EventOptions();

    @Mixin
    private LiveInspectOptions inspections = new LiveInspectOptions();

    @Mixin
    private ReplaySettings settings;

    @Mixin
    private OutputFormat.Choice format;

    BranchCommand(Context context) {
        this.context = context;
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        if (noRecord && output.isPresent()) {
            throw new UserMistake("--no-record and --output %s: choose one".formatted(output.get()));
        }
        if (noConsole && console) {
            throw new UserMistake("--console and --no-console: choose one");
        }
        byte[] typed = inputFile
                .map(file -> {
                    InputFiles.requireFile(file, "--input-file");
                    return KeptInputs.read(file, "--input-file");
                })
                .orElse(new byte[0]);
        try (Branching branching = Branching.at(screen, place, settings)) {
            if (branching.isCancelled()) {
                return ExitCode.INTERRUPTED;
            }
            kept.require(branching.trace(), branching.place());
            BranchEnd end =
                    until.map(text -> BranchEnd.of(text, branching.trace())).orElse(BranchEnd.NONE);
            until.ifPresent(text -> end.requireBehind(branching.place().position(), text));
            List<InputEvent.Poke> pokes = MachineChange.pokes(changes, branching.machine(), place.trace());
            RunOptions options = options(end);
            try (var cursor = branching.trace().inputs()) {
                var script = branching.script(kept, cursor, end, networks.contains("none"));
                VmSetup setup = branching.setup(options.trace(), networks, !sameEntropy, pokes, script);
                return run(setup, options, typed);
            }
        }
    }

    private RunOptions options(BranchEnd end) {
        RunOptions options = RunOptions.unrecorded("retrovisor " + Version.NUMBER)
                .withNoReboot(noReboot)
                .withPacing(pacing)
                .withEngine(settings.engine().engine)
                .withMaxSteps(end.maxSteps());
        if (timeout.isPresent()) {
            options = options.withTimeout(timeout.get());
        }
        return noRecord ? options : options.recordedTo(TraceName.of(output, folder(), baseName(), context.clock()));
    }

    /** Beside the trace, where it is looked for, if that can be. */
    private Path folder() {
        Path beside = place.trace().resolveSibling("");
        return Files.isWritable(beside.toAbsolutePath()) ? beside : Path.of("");
    }

    private String baseName() {
        return place.trace()
                        .toAbsolutePath()
                        .normalize()
                        .getFileName()
                        .toString()
                        .replaceFirst("\\.trace$", "") + "-branch";
    }

    private int run(VmSetup setup, RunOptions options, byte[] typed) {
        return LiveLook.whileRunning(
                screen, setup.guest(), () -> setup.images().images().kernel(), events, inspections, looks -> {
                    options.trace()
                            .filter(_ -> !settings.quiet() && screen.errorIsTerminal())
                            .ifPresent(this::announce);
                    RunResult result =
                            new LiveRunner(screen).run(setup, options, console(typed), MachineObserver.all(looks));
                    return RunCommand.tell(
                            screen, setup.guest(), result, settings.engine(), settings.quiet(), "branch", format);
                });
    }

    private void announce(Path trace) {
        String keys = screen.inputIsTerminal() && hasConsole() ? "; ^A x leaves, ^A h lists the keys" : "";
        screen.err().println(screen.dimOnError("recording to " + trace + keys));
    }

    private boolean hasConsole() {
        return console || !noConsole && inputFile.isEmpty() && !kept.hasConsole();
    }

    private HostConsole console(byte[] typed) {
        var runner = new LiveRunner(screen);
        HostConsole shown = hasConsole()
                ? runner.console(new Values.Serial.Stdio(), format.isJson())
                : runner.streams(InputStream.nullInputStream(), format.isJson());
        return new TypedFirst(typed, shown);
    }
}
