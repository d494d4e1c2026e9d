package dev.retrovisor.cli;

import com.google.gson.JsonObject;
import dev.retrovisor.guests.Guest;
import dev.retrovisor.guests.GuestException;
import dev.retrovisor.guests.GuestFormatException;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.replayer.ReplayResult;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** All of it once: get a guest, record it at work, replay the recording, compare. */
@Command(
        name = "demo",
        description = {
            "Show what this is: record an unmodified Debian, replay it, and look inside.",
            "Gets the kernel, boots it, runs a small workload while recording, replays the recording and proves that",
            "both runs are the same, bit for bit; then tells what the guest did."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor demo",
            "  retrovisor demo --smp 4 -o demo.trace",
            "  retrovisor demo --format json"
        })
final class DemoCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;
    private static final String GUEST = "debian";
    private static final String WORKLOAD = "demo";

    private final Context context;
    private final Screen screen;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "TRACE",
            description = "The trace to make, a folder. Default: the guest's name and the date, in this folder.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--smp",
            paramLabel = "HARTS",
            defaultValue = "1",
            converter = Values.Harts.class,
            description = "Number of harts, 1 to 8. Default: 1.")
    private int harts;

    @Mixin
    private PullChoice pull;

    @Mixin
    private EngineOptions engine;

    @Mixin
    private OutputFormat.Choice format;

    DemoCommand(Context context) {
        this.context = context;
        this.screen = context.screen();
    }

    /**
     * What {@code --format json} prints.
     *
     * @param said what programs in the guest wrote to the console
     * @param inside what {@link DemoLook} found; null if the replay diverged
     */
    private record DemoFacts(
            String kernelVersion,
            long bootNanos,
            List<String> said,
            RunFacts recorded,
            String inputsHash,
            String eventsHash,
            ReplayFacts replayed,
            JsonObject inside) {}

    @Override
    public Integer call() {
        Path trace = TraceName.of(output, GUEST, context.clock());
        step("Getting the guest");
        Guest guest = guest();
        say("Debian's kernel and busybox as they are: Linux %s".formatted(guest.kernelVersion()));
        step("Recording it at work");
        VmOptions vm = options();
        VmSetup setup = new VmPlan(vm, context.guests()).resolve();
        var console = new DemoConsole(screen, !format.isJson());
        RunResult result = new LiveRunner(screen)
                .run(
                        setup,
                        RunCommand.options(vm).withEngine(engine.engine).recordedTo(trace),
                        console,
                        MachineObserver.NONE);
        RunFacts recorded = RunFacts.of(GUEST, result, engine);
        if (isOver(result)) {
            screen.err().println("the recording has ended early: " + RunFacts.why(result));
            return LiveRunner.exitCode(result);
        }
        step("Replaying the recording, from its files alone");
        TraceReader.ChainHeads heads;
        try (TraceReader reader = TraceReader.open(trace)) {
            heads = reader.verifyAll();
        }
        ReplayOptions options = ReplayOptions.standard().withEngine(result.engine());
        ReplayResult replay = new ReplayRunner(screen).run(trace, options, ReplayTarget.END, format.isJson());
        ReplayFacts replayed = ReplayFacts.of(trace.toString(), replay, engine);
        boolean identical = replay.divergence().isEmpty();
        if (format.isJson()) {
            var facts = new DemoFacts(
                    guest.kernelVersion(),
                    console.bootNanos(),
                    console.programLines(),
                    recorded,
                    heads.inputs(),
                    heads.events(),
                    replayed,
                    identical ? look(trace, options).json() : null);
            screen.out().println(Json.of("demo", SCHEMA_VERSION, facts));
        } else {
            conclude(console, recorded, heads, replay, replayed);
            if (identical) {
                step("Looking inside, from the trace alone: no agent, no symbol files");
                look(trace, options).print(screen);
                suggest(Quoted.of(recorded.trace()));
            }
            EngineFacts.print(screen, replayed.engine(), replayed.engineStatistics());
        }
        return ReplayRunner.exitCode(replay);
    }

    private static boolean isOver(RunResult result) {
        return result.cause() == StopCause.SIGNAL
                || result.cause() == StopCause.TRACE_FULL
                || result.cause() == StopCause.HOST_FAILED;
    }

    /** The cached guest, or a fresh one where there is none or it is damaged. */
    private Guest guest() {
        try {
            return context.guests().resolve(GUEST);
        } catch (GuestException | GuestFormatException _) {
            return context.guests().pull(GUEST, pull.options(), ProgressBar.ofBytes(screen, format.isJson()));
        }
    }

    /** The options of {@code record debian --workload demo}, with our own. */
    private VmOptions options() {
        var options = new VmOptions();
        new CommandLine(new OptionsOnly(options))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(GUEST, "--workload", WORKLOAD, "--smp", Integer.toString(harts));
        return options;
    }

    @Command(name = "options")
    private static final class OptionsOnly {
        @Mixin
        private final VmOptions options;

        OptionsOnly(VmOptions options) {
            this.options = options;
        }
    }

    private void conclude(
            DemoConsole console,
            RunFacts recorded,
            TraceReader.ChainHeads heads,
            ReplayResult replay,
            ReplayFacts replayed) {
        if (replay.divergence().isPresent()) {
            replayed.print(screen, replay);
            return;
        }
        step(replayed.verdict(screen));
        new Facts(screen)
                .add("boot", Text.duration(console.bootNanos()) + " from power-on to the first program's first word")
                .add("recorded", recorded.ran())
                .add("replayed", replayed.ran())
                .add("trace", recorded.trace() + ", " + Text.bytes(recorded.traceBytes()) + " with kernel and initrd")
                .add("log", recorded.log())
                .add("sealed by", heads.events().substring(0, 32) + "...")
                .print();
    }

    /** One more replay, to see what the guest did. */
    private DemoLook look(Path trace, ReplayOptions options) {
        try (TraceLook look = TraceLook.open(screen, trace, options, format.isJson())) {
            return DemoLook.of(look);
        }
    }

    private void suggest(String trace) {
        step("Try next");
        for (List<String> each : List.of(
                List.of("retrovisor replay " + trace + " --console", "see it again"),
                List.of(
                        "retrovisor inspect " + trace + " lsof --at 95%",
                        "look inside; without a name it lists what it shows"),
                List.of("retrovisor events " + trace + " process", "what happened in it, as it happens"),
                List.of("retrovisor verify " + trace, "whole, unaltered, the same again"),
                List.of("retrovisor record debian", "a shell for you, recorded; ^A x leaves it"))) {
            screen.out().println("  " + each.getFirst());
            screen.out().println("      " + screen.dim(each.getLast()));
        }
    }

    private void step(String text) {
        if (!format.isJson()) {
            screen.out().println();
            screen.out().println(screen.bold(text));
            screen.out().flush();
        }
    }

    private void say(String text) {
        if (!format.isJson()) {
            screen.out().println("  " + text);
            screen.out().flush();
        }
    }
}
