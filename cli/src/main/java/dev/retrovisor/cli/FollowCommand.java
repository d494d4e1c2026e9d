package dev.retrovisor.cli;

import dev.retrovisor.recorder.CursorQueryFilter;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.recorder.MachineObserver;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.traces.TraceFamily;
import dev.retrovisor.traces.disk.ImageHashes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replays a trace while it is being recorded. */
@Command(
        name = "follow",
        description = {
            "Replay a trace while another process records it, on the same machine, and look inside on the way.",
            "What is asked here costs the recorder nothing. Follows to the end of the recording, or to ^C.",
            "Exit code 0: the recording has ended, or its recorder has died, and all was the same;",
            "1: diverged, with where and what."
        },
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor follow debian.trace                         how far behind, all the while",
            "  retrovisor follow debian.trace --console               what the guest shows",
            "  retrovisor follow debian.trace --events process,syscall --events-to events.jsonl",
            "  retrovisor follow debian.trace --inspect pstree --inspect-at boot+5s",
            "  retrovisor follow debian.trace --format json | jq .lagWallNanos"
        })
final class FollowCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 20;

    private final Screen screen;

    @Parameters(index = "0", paramLabel = "TRACE", description = "The trace that is, or will be, recorded: a folder.")
    private Path trace;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Values.WallTime.class,
            description = "How long to wait for the trace if it is not there yet: 30s, 5m. Default: 60s.")
    private Duration patience;

    @Option(names = "--console", description = "Show what the guest writes to its console.")
    private boolean console;

    @Mixin
    private EventOptions events = new EventOptions();

    @Mixin
    private LiveInspectOptions inspections = new LiveInspectOptions();

    @Mixin
    private ReplaySettings settings = new ReplaySettings();

    @Mixin
    private OutputFormat.Choice format;

    FollowCommand(Context context) {
        this.screen = context.screen();
    }

    @Override
    public Integer call() {
        if (!awaitTrace()) {
            return ExitCode.INTERRUPTED;
        }
        ReplayOptions options = settings.options(trace);
        try (Replay replay = Replay.open(trace, options)) {
            EngineOptions.tell(screen, replay.machine().engineNotice());
            return LiveLook.whileRunning(
                    screen,
                    replay.trace().manifest().guest(),
                    () -> replay.trace().bootImages(ImageHashes.inUserCache()).kernel(),
                    events,
                    inspections,
                    looks -> follow(replay, MachineObserver.all(looks), looks.isEmpty()));
        }
    }

    private int follow(Replay replay, MachineObserver observer, boolean isAlone) {
        var progress = new FollowProgress(screen, form(isAlone && !console));
        var runner = new FollowRunner(replay, observer, console ? shownOn() : _ -> {}, progress);
        FollowRunner.Result result = runner.run();
        screen.flush();
        FollowFacts facts = FollowFacts.of(trace.toString(), result, runner.lag());
        if (format.isJson()) {
            screen.out().println(Json.line("follow", FollowFacts.SCHEMA_VERSION, facts));
        } else if (result.ending() == FollowRunner.Ending.DIVERGED) {
            ReplayFacts.of(trace.toString(), result.replayed(), settings.engine())
                    .print(screen, result.replayed());
        } else if (!settings.quiet()) {
            if (console) {
                screen.out().println();
            }
            facts.print(screen, result);
        }
        return switch (result.ending()) {
            case TRACE_ENDED, RECORDER_DIED -> ExitCode.GOOD;
            case DIVERGED -> ExitCode.DIFFERS;
            case INTERRUPTED -> ExitCode.INTERRUPTED;
        };
    }

    /** @param isAlone whether nothing else is printed on the way */
    private FollowProgress.Form form(boolean isAlone) {
        if (format.isJson()) {
            return FollowProgress.Form.JSON_ON_OUTPUT;
        }
        if (settings.quiet()) {
            return FollowProgress.Form.NONE;
        }
        if (!screen.errorIsTerminal()) {
            return FollowProgress.Form.JSON_ON_ERROR;
        }
        return isAlone ? FollowProgress.Form.STATUS_LINE : FollowProgress.Form.NONE;
    }

    private Consumer<byte[]> shownOn() {
        var to = format.isJson() ? screen.err() : screen.out();
        boolean isTerminal = format.isJson() ? screen.errorIsTerminal() : screen.outputIsTerminal();
        var filter = new CursorQueryFilter();
        return bytes -> {
            to.writeBytes(isTerminal ? filter.filter(bytes) : bytes);
            to.flush();
        };
    }

    /** Waits until the trace is there; false if the user has left before. */
    private boolean awaitTrace() {
        if (TraceFamily.isTrace(trace)) {
            return true;
        }
        if (Files.exists(trace) && !Files.isDirectory(trace)) {
            InputFiles.requireTrace(trace);
        }
        if (!settings.quiet()) {
            screen.err()
                    .println(screen.dimOnError("waiting for %s to be recorded, %s at most"
                            .formatted(trace, Text.duration(patience.toNanos()))));
        }
        var cancelled = new AtomicBoolean();
        long deadline = System.nanoTime() + patience.toNanos();
        try (var _ = HostSignals.whileOpen(_ -> cancelled.set(true))) {
            while (!cancelled.get() && System.nanoTime() - deadline < 0) {
                Thread.sleep(POLL_MILLIS);
                if (TraceFamily.isTrace(trace)) {
                    return true;
                }
            }
        } catch (InterruptedException _) {
            return false;
        }
        if (cancelled.get()) {
            return false;
        }
        throw new UserMistake("%s: no trace has appeared there in %s: 'retrovisor record GUEST -o %s' makes one"
                .formatted(trace, Text.duration(patience.toNanos()), trace));
    }
}
